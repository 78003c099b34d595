import os
import pathlib
import sys
import zipfile

import made_servers as made

folder = pathlib.Path(sys.argv[1])
DAY = 86_400 * 10**9
BUILT = 1_590_000_000 * 10**9 + 123_456_700
INSTALLED = 1_600_000_000 * 10**9 + 765_432_100
VENDOR = made.MODULES + (("ExampleAgent", r"C:\Program Files\Example\monitor.dll"),)
PAGE = b"<%@ Page Language=\"C#\" %>\n<html><body>words</body></html>\n"

files = {
    made.CONFIGURATION: made.configuration(VENDOR),
    "inetpub/history/CFGHISTORY_0000000001/applicationHost.config": made.configuration(
        made.MODULES[:4], made.DIRECTORIES[:1]),
    "inetpub/history/CFGHISTORY_0000000002/applicationHost.config": made.configuration(),
    "inetpub/wwwroot/iisstart.htm": b"<html></html>\n",
    "inetpub/wwwroot/aspnet_client/web.config": made.site_configuration(
        '<system.webServer><httpRedirect enabled="true" destination="https://mail.example.org/owa"'
        ' /></system.webServer>'),
    "inetpub/wwwroot/aspnet_client/system_web/1_1_4322/WebUIValidation.js": b"var words = 1;\n",
    made.FRONT_END + "/ecp/auth/TimeoutLogoff.aspx": PAGE,
    made.FRONT_END + "/OAB/web.config": made.site_configuration(
        '<system.webServer><modules><add name="HttpProxy" '
        'type="Microsoft.Exchange.HttpProxy.ProxyModule, Microsoft.Exchange.FrontEndHttpProxy" />'
        "</modules></system.webServer>"),
    made.FRONT_END + "/owa/web.config": made.site_configuration(
        '<system.webServer><handlers accessPolicy="Read, Script"><add name="Owa" path="*.owa" '
        'verb="*" type="Microsoft.Exchange.HttpProxy.OwaProxyRequestHandler" />'
        "</handlers><rewrite><rules><rule name=\"X-BEResource Abort - inbound\"><conditions>"
        '<add input="{HTTP_COOKIE}" pattern="(.*)X-BEResource(.+)/(.+)~(.+)" /></conditions>'
        '<action type="AbortRequest" /></rule></rules></rewrite></system.webServer>'),
    "Program Files/Microsoft/Exchange Server/V15/TransportRoles/Shared/agents.config":
        made.agents_configuration(),
    made.COMPILED + "/owa/1/2/logon.aspx.f5dba9b9.compiled": made.compiled("/owa/auth/logon.aspx",
                                                                          "App_Web_a1b2c3d4"),
    made.COMPILED + "/owa/1/2/App_Web_a1b2c3d4.dll": b"MZ" + bytes(64),
    made.COMPILED + "/owa/1/2/global.asax.compiled": made.compiled("/owa/global.asax",
                                                                   "App_global.asax.x", 8),
    made.COMPILED + "/portal/1/2/old.aspx.1.compiled": made.compiled("/portal/old.aspx", "App_1"),
    "ProgramData/Microsoft/Windows/WER/ReportArchive/AppCrash_1/Report.wer": made.crash_report(
        "DefaultAppPool"),
}
for name in made.OWA_PAGES:
    files[made.FRONT_END + "/owa/auth/" + name] = PAGE + name.encode() + b"\n"

for name, content in files.items():
    path = folder / "server" / "C" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (1_614_679_200, 1_614_679_200))
with zipfile.ZipFile(folder / "server.zip", "w") as archive:
    for number, (name, content) in enumerate(files.items()):
        times = (BUILT + number * 10**9, INSTALLED + number * 10**7)
        made.add_to_zip(archive, "C/" + name, content, times)
