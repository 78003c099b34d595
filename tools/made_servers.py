"""Made-up files of an Exchange server for scenarios: inert, shortened, with names of documentation.

No page holds code; configuration has the elements that are read, with values as a standard
installation writes them.
"""

import struct
import zipfile

EXCHANGE = r"C:\Program Files\Microsoft\Exchange Server\V15"
FRONT_END = "Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy"
COMPILED = "Windows/Microsoft.NET/Framework64/v4.0.30319/Temporary ASP.NET Files"
CONFIGURATION = "Windows/System32/inetsrv/config/applicationHost.config"
OWA_PAGES = ("errorFE.aspx", "ExpiredPassword.aspx", "frowny.aspx", "logoff.aspx", "logon.aspx",
             "OutlookCN.aspx", "RedirSuiteServiceProxy.aspx", "signout.aspx")
MODULES = (
    ("UriCacheModule", r"%windir%\System32\inetsrv\cachuri.dll"),
    ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll"),
    ("ManagedEngineV4.0_64bit", r"%windir%\Microsoft.NET\Framework64\v4.0.30319\webengine4.dll"),
    ("RewriteModule", r"%SystemRoot%\system32\inetsrv\rewrite.dll"),
    ("kerbauth", EXCHANGE + r"\Bin\kerbauth.dll"),
    ("WSMan", r"C:\Windows\system32\wsmsvc.dll"),
    ("exppw", EXCHANGE + r"\ClientAccess\Owa\auth\exppw.dll"),
    ("cafe_exppw", EXCHANGE + r"\FrontEnd\HttpProxy\bin\exppw.dll"),
    ("ApplicationRequestRouting",
     r"%ProgramFiles%\IIS\Application Request Routing\requestRouter.dll"),
)
DIRECTORIES = (
    ("/", "/", r"%SystemDrive%\inetpub\wwwroot"),
    ("/owa", "/", EXCHANGE + r"\FrontEnd\HttpProxy\owa"),
    ("/ecp", "/", EXCHANGE + r"\FrontEnd\HttpProxy\ecp"),
    ("/OAB", "/", EXCHANGE + r"\FrontEnd\HttpProxy\OAB"),
    ("/portal", "/", r"D:\Sites\portal"),
)
AGENTS = (
    ("Transport Rule Agent",
     "Microsoft.Exchange.MessagingPolicies.TransportRuleAgent.TransportRuleAgentFactory",
     EXCHANGE + r"\TransportRoles\agents\Rule"
     r"\Microsoft.Exchange.MessagingPolicies.TransportRuleAgent.dll"),
    ("Mailbox Rules Agent",
     "Microsoft.Exchange.MailboxTransport.StoreDriver.Agents.MailboxRulesAgentFactory",
     EXCHANGE + r"\TransportRoles\agents\..\..\bin\Microsoft.Exchange.StoreDriver.dll"),
    ("Example Mail Scanner", "Example.Scanner.RoutingAgentFactory",
     r"C:\Program Files\Example Scanner\Example.Scanner.dll"),
)


def configuration(modules=MODULES, directories=DIRECTORIES, more=""):
    """An applicationHost.config: native modules, virtual directories, anything else."""
    globals_ = "\n".join(f'      <add name="{name}" image="{image}" />' for name, image in modules)
    sites = "\n".join(
        f'        <application path="{application}">\n'
        f'          <virtualDirectory path="{path}" physicalPath="{folder}" />\n'
        f"        </application>" for application, path, folder in directories)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n'
            f"  <system.applicationHost>\n    <sites>\n"
            f'      <site name="Default Web Site" id="1">\n{sites}\n      </site>\n    </sites>\n'
            f"  </system.applicationHost>\n  <system.webServer>\n    <globalModules>\n{globals_}\n"
            f"    </globalModules>\n  </system.webServer>\n{more}</configuration>\n").encode()


def site_configuration(inner):
    """A web.config."""
    return (f'<?xml version="1.0" encoding="utf-8"?>\n<configuration>\n{inner}\n'
            f"</configuration>\n").encode()


def agents_configuration(agents=AGENTS):
    """An agents.config of the transport service."""
    lines = "\n".join(f'      <agent name="{name}" classFactory="{factory}" '
                      f'assemblyPath="{assembly}" enabled="true" />'
                      for name, factory, assembly in agents)
    return site_configuration(f"  <mexRuntime>\n    <agentList>\n{lines}\n    </agentList>\n"
                              f"  </mexRuntime>")


def compiled(page, assembly, result_type=3):
    """What ASP.NET keeps of a page that it compiled."""
    return (f'\ufeff<?xml version="1.0" encoding="utf-8"?>\n<preserve resultType="{result_type}" '
            f'virtualPath="{page}" hash="16f32931f" filehash="8aff27fcb5b4a92d" flags="110000" '
            f'assembly="{assembly}">\n  <filedeps>\n    <filedep name="{page}" />\n'
            f"  </filedeps>\n</preserve>").encode()


def crash_report(pool, program=r"c:\windows\system32\inetsrv\w3wp.exe"):
    """A Report.wer of a process."""
    lines = ("Version=1", "EventType=E12IIS", "EventTime=132593208000000000",
             "Sig[0].Name=AppName", f"Sig[3].Value=w3wp#{pool}",
             "Sig[6].Value=System.NullReferenceException", f"AppPath={program}")
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode("utf-16-le")


def ntfs_times(modified_ns, accessed_ns, created_ns):
    """The extra field of zip that keeps the times of NTFS."""
    ticks = [116_444_736_000_000_000 + time // 100 for time in (modified_ns, accessed_ns,
                                                               created_ns)]
    return struct.pack("<HHIHHQQQ", 0x000A, 32, 0, 1, 24, *ticks)


def add_to_zip(archive, name, content, times=None):
    """A member, with times of NTFS if there are any: (modified, created)."""
    info = zipfile.ZipInfo(name, (2020, 6, 1, 8, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    if times:
        info.extra = ntfs_times(times[0], times[1], times[1])
    archive.writestr(info, content)
