import base64
import os
import pathlib
import sys
import zipfile

import made_servers as made

folder = pathlib.Path(sys.argv[1])
DAY = 86_400 * 10**9
BUILT = 1_590_000_000 * 10**9 + 123_456_700
INSTALLED = 1_600_000_000 * 10**9 + 765_432_100
PLANTED = 1_614_679_200 * 10**9 + 222_333_400
PAGE = b"<%@ Page Language=\"C#\" %>\n<html><body>words</body></html>\n"
INERT = b"<%@ Page Language=\"JScript\" %><% inert_run(inert_request(\"a\")); %>\n"

HIDDEN = made.DIRECTORIES + (("/aux", "/", r"C:\ProgramData\COM1\inert"),)
UNDER = HIDDEN + (("/pictures", "/", r"%ProgramData%\pictures"),)
ADDED = made.MODULES + (("UpData", r"C:\Windows\System32\system.dll"),
                        ("CacheHelper", r"C:\Windows\Temp\cachehelper.dll"))
MANAGED = ('<location path="" ><system.webServer><modules><add name="Inert" '
           'type="Inert.Module, Inert" /></modules></system.webServer></location>\n')


def dump(script):
    """A virtual directory of the address book, as a reset writes it; the script does nothing."""
    rows = (("Name", "OAB (Default Web Site)"), ("PollInterval", "480"),
            ("OfflineAddressBooks", ""), ("RequireSSL", "True"),
            ("BasicAuthentication", "False"), ("WindowsAuthentication", "True"),
            ("OAuthAuthentication", "False"),
            ("Path", made.EXCHANGE + r"\FrontEnd\HttpProxy\OAB"),
            ("ExtendedProtectionTokenChecking", "None"), ("Server", "MX01"),
            ("InternalUrl", "https://mx01.example.org/OAB"),
            ("InternalAuthenticationMethods", "WindowsIntegrated"),
            ("ExternalUrl", "http://f/" + script),
            ("ExternalAuthenticationMethods", "WindowsIntegrated"),
            ("Guid", "0f6f7c2e-0000-4000-8000-000000000001"),
            ("WhenChanged", "3/2/2021 10:00:00 AM"), ("WhenCreated", "3/2/2021 9:59:00 AM"))
    return "".join(f"{key:<32}: {value}\r\n" for key, value in rows).encode()


SCRIPT = '<script language="JScript" runat="server">function inert_load(){}</script>'
DER = (b"\x30\x82\x01\x20\x30\x82\x01\x00\x02\x01\x00\x30\x20"
       + '<%@ Page Language="JScript" %>'.encode("utf-16-be") + bytes(range(1, 200)))
ARMOUR = (b"-----BEGIN NEW CERTIFICATE REQUEST-----\r\n" + base64.encodebytes(DER)
          + b"-----END NEW CERTIFICATE REQUEST-----\r\n")

files = {
    made.CONFIGURATION: made.configuration(ADDED, UNDER, MANAGED),
    "inetpub/history/CFGHISTORY_0000000007/applicationHost.config": made.configuration(),
    "inetpub/history/CFGHISTORY_0000000008/applicationHost.config": made.configuration(
        directories=HIDDEN + (("/tmp", "/", r"C:\Users\Public\x"),)),
    "Inetpub/WWWRoot/ASPNET_Client/supp0rt.aspx": dump(SCRIPT),
    "Inetpub/WWWRoot/ASPNET_Client/google.log": b"words\n",
    "inetpub/wwwroot/renamed.txt": ("\ufeff" + dump(SCRIPT).decode()).encode("utf-16-le"),
    "inetpub/wwwroot/uploads/web.config": made.site_configuration(
        '<system.webServer><handlers accessPolicy="Read, Script, Execute"><add name="x" '
        'path="*.jpg" verb="*" type="System.Web.UI.PageHandlerFactory" /></handlers>'
        "</system.webServer>"),
    "inetpub/wwwroot/web.config": made.site_configuration(
        '<system.webServer><rewrite><rules><rule name="crawl"><conditions>'
        '<add input="{HTTP_USER_AGENT}" pattern="Googlebot|bingbot" /></conditions>'
        '<action type="Rewrite" url="http://203.0.113.7/{R:0}" /></rule></rules></rewrite>'
        "</system.webServer>"),
    "inetpub/wwwroot/request.aspx.req": ARMOUR,
    made.FRONT_END + "/ecp/auth/TimeoutLogoff.aspx": PAGE,
    made.FRONT_END + "/ecp/auth/other.aspx": PAGE,
    made.FRONT_END + "/owa/auth/odd.aspx": INERT,
    made.FRONT_END + "/owa/auth/binary.aspx": DER.replace(b"\0", b""),
    made.FRONT_END + "/owa/auth/Current/one1.aspx": PAGE,
    made.FRONT_END + "/owa/web.config": made.site_configuration(
        '<system.webServer><modules><add name="x" type="Inert.Module, Inert" /></modules>'
        "</system.webServer>"),
    "Program Files/Microsoft/Exchange Server/V15/TransportRoles/Shared/agents.config":
        made.agents_configuration(made.AGENTS + (
            ("Inert Agent", "Inert.Factory", r"C:\ProgramData\inert.dll"),
            ("Exchange Helper Agent", "Inert.Factory",
             made.EXCHANGE + r"\TransportRoles\agents\Rule\helper.dll"))),
    made.COMPILED + "/owa/1/2/odd.aspx.f5dba9b9.compiled": made.compiled("/owa/auth/odd.aspx",
                                                                        "App_Web_llfrjg0v"),
    made.COMPILED + "/owa/1/2/App_Web_llfrjg0v.dll": b"MZ" + bytes(64),
    made.COMPILED + "/Root/1/2/shell.aspx.1.compiled": made.compiled("/aspnet_client/shell.aspx",
                                                                    "App_Web_gone"),
    made.COMPILED + "/Root/1/2/mine.aspx.1.compiled": made.compiled("/mine.aspx", "App_Web_2"),
    made.COMPILED + "/Root/1/2/damaged.aspx.1.compiled": made.compiled("/x.aspx", "App_3")[:60],
    "ProgramData/Microsoft/Windows/WER/ReportArchive/AppCrash_1/Report.wer": made.crash_report(
        "MSExchangeECPAppPool"),
}
for name, content in files.items():
    path = folder / "server" / "C" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_614_679_200, 1_614_679_200))

with zipfile.ZipFile(folder / "pages.zip", "w") as archive:
    for number in range(9):
        content = PAGE * 20 + bytes([65 + number])
        times = (BUILT + number * DAY, INSTALLED)
        made.add_to_zip(archive, rf"D/Sites/portal/page{number}.aspx", content, times)
    made.add_to_zip(archive, "D/Sites/portal/late.aspx", ("\ufeff" + PAGE.decode()).encode(
        "utf-16-le"), (PLANTED, PLANTED))
    made.add_to_zip(archive, "D/Sites/portal/taken.aspx", PAGE * 21, (BUILT + DAY, PLANTED))
    for number in range(9):
        made.add_to_zip(archive, f"D/Sites/shop/part{number}.aspx", PAGE + bytes([65 + number]),
                        (BUILT + number * DAY, INSTALLED))
    made.add_to_zip(archive, "D/Sites/shop/whole.aspx", PAGE * 2,
                    (1_590_000_000 * 10**9, PLANTED))
