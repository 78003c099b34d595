#!/usr/bin/env python3
"""Writes the logs of a made-up mail server on which a made-up breach happened.

    make_example_evidence.py OUT [--seed N]

The server is mx01.example.org, 1 to 6 March 2021, with a few dozen users. Most lines are ordinary:
mail clients, health probes, the balancer, scanners. Among them is one story: a check, a refused
attempt, the ProxyLogon chain, a page planted, run and used, memory dumped and fetched, the page
removed; and later a stranger who walks through known shell names. The logs have a hole (half of 4
March), a damaged end and a truncated archive, so that the gaps show.

Nothing in it works: script text is the word INERT, tokens are placeholders, every address and name
is set aside for documents. Same seed, same bytes.
"""

import argparse
import csv
import datetime
import io
import json
import pathlib
import random
import zipfile

SERVER, HOST, DOMAIN = "MX01", "mx01.example.org", "EXAMPLE"
SERVER_IP, BALANCER_IP = "192.0.2.10", "192.0.2.2"
LINK_LOCAL = "fe80::a1b2:c3d4:1%3"
FIRST_DAY = datetime.datetime(2021, 3, 1)
DAYS = 6
HOLE = (datetime.datetime(2021, 3, 4, 2, 0), datetime.datetime(2021, 3, 4, 14, 30))
EXCHANGE = "Program Files/Microsoft/Exchange Server/V15"
INSTALLED = "C:\\Program Files\\Microsoft\\Exchange Server\\V15\\"
INTRUDER, CHECKER, WALKER = "198.51.100.23", "203.0.113.140", "203.0.113.77"
SHELL = "errorpages.aspx"
WORKER = "C:\\Windows\\System32\\inetsrv\\w3wp.exe"
CHROME = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/88.0.4324.190 Safari/537.36")
PYTHON = "python-requests/2.25.1"
SERVICES = "ExchangeServicesClient/0.0.0.0"
IIS_FIELDS = ("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
              "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken")
HTTPPROXY_FIELDS = (
    "DateTime RequestId MajorVersion MinorVersion BuildVersion RevisionVersion ClientRequestId "
    "Protocol UrlHost UrlStem ProtocolAction AuthenticationType IsAuthenticated AuthenticatedUser "
    "Organization AnchorMailbox UserAgent ClientIpAddress ServerHostName HttpStatus BackEndStatus "
    "ErrorCode Method ProxyAction TargetServer TargetServerVersion RoutingType RoutingHint "
    "BackEndCookie ServerLocatorHost ServerLocatorLatency RequestBytes ResponseBytes "
    "TargetOutstandingRequests AuthModulePerfContext HttpPipelineLatency "
    "CalculateTargetBackEndLatency GlsLatencyBreakup TotalGlsLatency AccountForestLatencyBreakup "
    "TotalAccountForestLatency ResourceForestLatencyBreakup TotalResourceForestLatency ADLatency "
    "SharedCacheLatencyBreakup TotalSharedCacheLatency ActivityContextLifeTime "
    "ModuleToHandlerSwitchingLatency ClientReqStreamLatency BackendReqInitLatency "
    "BackendReqStreamLatency BackendProcessingLatency BackendRespInitLatency "
    "BackendRespStreamLatency ClientRespStreamLatency KerberosAuthHeaderLatency "
    "HandlerCompletionLatency RequestHandlerLatency HandlerToModuleSwitchingLatency ProxyTime "
    "CoreLatency RoutingLatency HttpProxyOverhead TotalRequestTime RouteRefresherLatency UrlQuery "
    "BackEndGenericInfo GenericInfo GenericErrors EdgeTraceId DatabaseGuid UserADObjectGuid "
    "PartitionEndpointLookupLatency RoutingStatus").split()
TRACKING_FIELDS = (
    "date-time client-ip client-hostname server-ip server-hostname source-context connector-id "
    "source event-id internal-message-id message-id network-message-id recipient-address "
    "recipient-status total-bytes recipient-count related-recipient-address reference "
    "message-subject sender-address return-path message-info directionality tenant-id "
    "original-client-ip original-server-ip custom-data transport-traffic-type log-id "
    "schema-version").split()
PROXIED = {"/ecp": "Ecp", "/owa": "Owa", "/EWS": "Ews", "/mapi": "Mapi", "/autod": "Autodiscover",
           "/Micro": "Eas", "/OAB": "Oab"}


def at(day, clock):
    """A time of the story: day of March and HH:MM:SS with an optional fraction."""
    form = "%H:%M:%S.%f" if "." in clock else "%H:%M:%S"
    moment = datetime.datetime.strptime(clock, form)
    return FIRST_DAY.replace(day=day, hour=moment.hour, minute=moment.minute,
                             second=moment.second, microsecond=moment.microsecond)


def iso(time):
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def csv_line(values):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue()


class Evidence:
    """Collects the records of every log, then writes the files."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.front, self.back, self.proxy, self.ecp, self.mail, self.events = [], [], [], [], [], []
        self.users = [f"user{number:02d}" for number in range(1, 41)]
        self.addresses = {user: f"198.51.100.{130 + number}"
                          for number, user in enumerate(self.users)}

    def guid(self):
        digits = f"{self.random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"

    def request(self, time, method, stem, query="", status=200, user="", ip="", agent=CHROME,
                back=None, milliseconds=0, **proxy):
        """One request of a client: a line of the front end, of HttpProxy and of the back end."""
        request_id = self.guid()
        taken = milliseconds or self.random.randint(4, 240)
        name = f"{DOMAIN}\\{user}" if user else "-"
        decorated = f"{query}&CorrelationID=<empty>;&cafeReqId={request_id};"
        if "/owa/auth/" in stem and stem.endswith(".aspx"):
            decorated += "&encoding=;"
        substatus = "2 5" if status == 401 else "0 0"
        self.front.append((time, f"{method} {stem} {decorated} 443 {name} {ip} "
                                 f"{agent.replace(' ', '+')} - {status} {substatus} {taken}"))
        protocol = next((word for start, word in PROXIED.items() if stem.startswith(start)), None)
        if protocol is None:
            return
        self.proxy.append((time + datetime.timedelta(milliseconds=taken), protocol, {
            "RequestId": request_id, "Protocol": protocol, "UrlStem": stem, "Method": method,
            "IsAuthenticated": "true" if user else "false", "HttpStatus": status,
            "AuthenticatedUser": f"{DOMAIN}\\{user}" if user else "", "ClientIpAddress": ip,
            "UserAgent": agent.replace(",", " "), "UrlQuery": f"?{query}" if query else "",
            "BackEndStatus": status if user or back else "", "TotalRequestTime": taken,
            "RequestBytes": self.random.randint(0, 3000),
            "ResponseBytes": self.random.randint(90, 9000),
            "AuthenticationType": "Negotiate" if user else "FBA",
            "GenericInfo": f"BeginRequest={iso(time)};CorrelationID=<empty>;", **proxy}))
        if (user and status == 200 and self.random.random() < 0.4) or back:
            target, back_user = back or (stem, name)
            path, _, tail = target.partition("?")
            self.back.append((time, f"{method} {path} {tail}&cafeReqId={request_id}; 444 "
                                    f"{back_user} {LINK_LOCAL} {agent.replace(' ', '+')} - "
                                    f"{status} {substatus} {max(1, taken - 3)}"))

    def event(self, time, channel, provider, event_id, message="", level="4", **fields):
        """One Windows event as an exporter writes it, one object a line."""
        record = {"SourceName": provider, "Level": level, "Channel": channel, "Hostname": HOST,
                  "TimeCreated": iso(time), "@timestamp": iso(time), "EventID": event_id}
        if message:
            record["Message"] = message
        self.events.append((time, channel, record | fields))

    def sysmon(self, time, event_id, **fields):
        stamp = f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03d}"
        self.event(time, "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon",
                   event_id, UtcTime=stamp, **fields)

    def security(self, time, event_id, **fields):
        self.event(time, "Security", "Microsoft-Windows-Security-Auditing", event_id, level="0",
                   **fields)

    def process(self, time, image, command, parent, parent_command=""):
        """A new process, by Sysmon and by the audit of Windows."""
        number = self.random.randint(1000, 30000)
        self.sysmon(time, 1, Image=image, CommandLine=command, ParentImage=parent,
                    ParentCommandLine=parent_command, User="NT AUTHORITY\\SYSTEM",
                    ProcessId=str(number))
        self.security(time, 4688, SubjectUserSid="S-1-5-18", SubjectUserName=f"{SERVER}$",
                      SubjectDomainName=DOMAIN, NewProcessId=hex(number), NewProcessName=image,
                      CommandLine=command, ParentProcessName=parent)

    def control_panel(self, time, command, url, session):
        quoted = "'S:CMD=" + command.replace("'", "''") + "'" if "'" in command \
            else f"S:CMD={command}"
        data = (f"S:TIME={self.random.randint(8, 300)};S:SID={session};{quoted};S:REQID=;"
                f"S:URL={url};S:REFERRER=;S:EX=;S:ACTID={self.guid()};S:RS=0;S:BLD=15.1.2176.2;"
                f"S:TNAME=<null>;S:TID=;S:USID={session};S:EDOID=;S:ACID=")
        self.ecp.append((time, (iso(time), SERVER, "ECP.Request", data)))


# --- ordinary days -------------------------------------------------------------------------------

OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.13801; Pro)"
PHONES = ("Apple-iPhone12C1/1803.147", "Android-SAMSUNG-SM-G991B/101.30", "Outlook-iOS-Android/1.0")


def moments(evidence, day, count):
    """Times of a day: office hours weigh more, the weekend less."""
    start = FIRST_DAY + datetime.timedelta(days=day)
    if start.weekday() >= 5:
        count = count * 3 // 10
    weights = [1 if 6 <= hour < 18 else 0.12 for hour in range(24)]
    hours = evidence.random.choices(range(24), weights, k=count)
    return sorted(start + datetime.timedelta(hours=hour, seconds=evidence.random.uniform(0, 3600))
                  for hour in hours)


def client_request(evidence, time):
    """What a user's programs ask for; the shares follow a published capture."""
    pick = evidence.random
    user = evidence.users[min(int(40 * pick.random() ** 2.2), 39)]
    ip = evidence.addresses[user]
    status = pick.choices([200, 500, 404, 401, 440], [950, 18, 18, 9, 5])[0]
    kind = pick.choices(["mapi", "ews", "autodiscover", "owa", "eas", "oab", "ecp", "login"],
                        [52, 16, 9, 10, 5, 2, 2, 4])[0]
    sid = f"Sid~S-1-5-21-1111111111-2222222222-3333333333-{1100 + evidence.users.index(user)}"
    common = {"ip": ip, "user": user, "status": status, "AnchorMailbox": sid,
              "RoutingHint": "WindowsIdentity"}
    if kind in ("mapi", "ews") and pick.random() < 0.12:
        evidence.request(time, "POST", "/EWS/Exchange.asmx", status=401, ip=ip, agent=OUTLOOK)
    if kind == "mapi":
        mailbox = f"00000000-0000-4000-8000-{evidence.users.index(user):012d}@example.org"
        evidence.request(time, "POST", "/mapi/emsmdb/", f"MailboxId={mailbox}", agent=OUTLOOK,
                         **common)
    elif kind == "ews":
        evidence.request(time, "POST", "/EWS/Exchange.asmx", agent=OUTLOOK, **common)
    elif kind == "autodiscover":
        if pick.random() < 0.3:
            evidence.request(time, "GET", "/autodiscover/autodiscover.json",
                             f"Email={user}%40example.org&Protocol=Ews", agent=OUTLOOK, ip=ip)
        else:
            evidence.request(time, "POST", "/autodiscover/autodiscover.xml", agent=OUTLOOK,
                             **common)
    elif kind == "owa":
        action = pick.choice(["FindItem", "GetItem", "FindConversation", "GetFolder"])
        evidence.request(time, "POST", "/owa/service.svc", f"action={action}&app=Mail", **common)
    elif kind == "eas":
        command = pick.choice(["Ping", "Ping", "Sync"])
        evidence.request(time, "POST", "/Microsoft-Server-ActiveSync/default.eas",
                         f"Cmd={command}&User={user}&DeviceId=DEVICE{user[4:]}&DeviceType=Phone",
                         agent=pick.choice(PHONES), **common)
    elif kind == "oab":
        evidence.request(time, "GET", "/OAB/0f6f7c2e-0000-4000-8000-000000000001/oab.xml",
                         agent="Microsoft BITS/7.8", **common)
    elif kind == "ecp":
        evidence.request(time, "POST", "/ecp/RulesEditor/InboxRules.svc/GetList",
                         "msExchEcpCanary=CANARY", **common)
        evidence.control_panel(time, "Get-InboxRule",
                               "/ecp/RulesEditor/InboxRules.svc/GetList?msExchEcpCanary=CANARY",
                               evidence.guid())
    else:
        page = "replaceCurrent=1&url=https%3a%2f%2fmail.example.org%2fowa%2f"
        evidence.request(time, "GET", "/owa/auth/logon.aspx", page, ip=ip)
        evidence.request(time + datetime.timedelta(seconds=9), "POST", "/owa/auth.owa", status=302,
                         ip=ip)


def noise_request(evidence, time):
    """Health probes, the balancer, and what the Internet sends to everybody."""
    pick = evidence.random
    kind = pick.choices(["probe", "denied", "balancer", "scan"], [62, 20, 14, 4])[0]
    if kind == "probe":
        stem = pick.choice(["/EWS/", "/owa/", "/ecp/", "/mapi/emsmdb/", "/autodiscover/"])
        evidence.request(time, "GET", stem, user="HealthMailbox1a2b3c", ip=pick.choice(
            ["::1", "127.0.0.1"]), agent="AMProbe/Local/ClientAccess",
            AnchorMailbox="Sid~S-1-5-21-1111111111-2222222222-3333333333-1142",
            RoutingHint="WindowsIdentity")
    elif kind == "denied":
        ip = evidence.addresses[pick.choice(evidence.users)]
        evidence.request(time, "POST", pick.choice(["/EWS/Exchange.asmx", "/mapi/emsmdb/"]),
                         status=401, ip=ip, agent=OUTLOOK)
    elif kind == "balancer":
        evidence.request(time, "GET", "/owa/healthcheck.htm", ip=BALANCER_IP,
                         agent="BALANCER-CHECK")
    else:
        stem, status = pick.choice([("/owa/admin.cfg", 302), ("/rpc", 401), ("/robots.txt", 404),
                                    ("/ecp/Current/exporttool/microsoft.exchange.ediscovery."
                                     "exporttool.application", 200)])
        evidence.request(time, "GET", stem, status=status, ip=f"203.0.113.{pick.randint(1, 60)}",
                         agent="Mozilla/5.0 zgrab/0.x")


def mail(evidence, time):
    sender, receiver = evidence.random.sample(evidence.users, 2)
    outside = evidence.random.random() < 0.4
    values = {"date-time": iso(time), "client-ip": SERVER_IP, "client-hostname": HOST,
              "server-ip": SERVER_IP, "server-hostname": SERVER, "source": "SMTP",
              "event-id": evidence.random.choice(["RECEIVE", "SEND", "DELIVER"]),
              "internal-message-id": evidence.random.randint(10 ** 9, 10 ** 10),
              "message-id": f"<{evidence.guid()}@example.org>",
              "network-message-id": evidence.guid(),
              "recipient-address": "somebody@example.com" if outside else f"{receiver}@example.org",
              "total-bytes": evidence.random.randint(2000, 900000), "recipient-count": 1,
              "message-subject": f"Note {evidence.random.randint(1, 9999)}, please read",
              "sender-address": f"{sender}@example.org", "return-path": f"{sender}@example.org",
              "directionality": "Originating", "original-client-ip": evidence.addresses[sender],
              "log-id": evidence.guid(), "schema-version": "15.01.2176.002"}
    evidence.mail.append((time, values))


def windows_noise(evidence, time):
    pick = evidence.random
    kind = pick.choices(["logon", "access", "monitor", "cmdlet", "file"], [50, 20, 12, 8, 10])[0]
    if kind == "logon":
        evidence.security(time, 4624, TargetUserName=pick.choice([f"{SERVER}$", *evidence.users]),
                          TargetDomainName=DOMAIN, LogonType="3", IpAddress=SERVER_IP,
                          AuthenticationPackageName="Kerberos")
    elif kind == "access":
        evidence.sysmon(time, 10, SourceImage="C:\\Windows\\System32\\rundll32.exe",
                        TargetImage="C:\\Windows\\System32\\svchost.exe", GrantedAccess="0x1400")
    elif kind == "monitor":
        evidence.process(time, "C:\\Windows\\System32\\netsh.exe",
                         '"netsh" interface tcp show global',
                         INSTALLED + "Bin\\MSExchangeHMWorker.exe")
    elif kind == "cmdlet":
        evidence.event(time, "MSExchange Management", "MSExchange CmdletLogs", 1,
                       'Cmdlet suceeded. Cmdlet Get-Mailbox, parameters -ResultSize "1".')
    else:
        evidence.sysmon(time, 11, Image="C:\\Windows\\System32\\svchost.exe",
                        TargetFilename="C:\\inetpub\\temp\\appPools\\MSExchangeOWAAppPool\\"
                                       "MSExchangeOWAAppPool.config.tmp")


def ordinary_days(evidence):
    for day in range(DAYS):
        for time in moments(evidence, day, 620):
            client_request(evidence, time)
        for time in moments(evidence, day, 480):
            noise_request(evidence, time)
        for time in moments(evidence, day, 140):
            mail(evidence, time)
        for time in moments(evidence, day, 330):
            windows_noise(evidence, time)
    day = at(2, "09:15:00")  # an administrator at work: none of this is an attack
    evidence.request(day, "POST", "/ecp/DDI/DDIService.svc/SetObject",
                     "msExchEcpCanary=CANARY&schema=OWAVirtualDirectory", user="admin01",
                     ip="192.0.2.50")
    evidence.control_panel(day, "Set-OwaVirtualDirectory.ExternalUrl='https://mail.example.org/owa'"
                                ".Identity='0f6f7c2e-0000-4000-8000-000000000002'",
                           "/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary=CANARY",
                           evidence.guid())
    evidence.event(day, "MSExchange Management", "MSExchange CmdletLogs", 1,
                   "Cmdlet suceeded. Cmdlet Set-OwaVirtualDirectory, parameters -ExternalUrl "
                   '"https://mail.example.org/owa" -Identity "owa (Default Web Site)".')
    evidence.event(at(5, "10:02:00"), "MSExchange Management", "MSExchange CmdletLogs", 1,
                   "Cmdlet suceeded. Cmdlet New-MailboxExportRequest, parameters -Mailbox "
                   '"user07" -FilePath "\\\\fileserver\\exports\\user07.pst".')


# --- the story -----------------------------------------------------------------------------------

INERT = 'http://f/<script language="PLACEHOLDER" runat="PLACEHOLDER">INERT</script>'
DIRECTORY = "0f6f7c2e-0000-4000-8000-0000000000aa"


def forged(evidence, time, tail, status=200, stem="/ecp/y7.js", agent=SERVICES, ip=INTRUDER,
           server=HOST, back=None, size=2210):
    """A request whose target the client chose: the address stands in AnchorMailbox."""
    evidence.request(time, "POST", stem, status=status, ip=ip, agent=agent, back=back,
                     AnchorMailbox=f"ServerInfo~{server}:444{tail}", ResponseBytes=size,
                     RoutingHint="X-BEResource-Cookie", UrlHost="mail.example.org")


def probe_and_attempt(evidence):
    evidence.request(at(2, "03:11:40"), "GET", "/owa/auth/logon.aspx", ip=INTRUDER, agent=PYTHON)
    forged(evidence, at(2, "03:12:02"), "/autodiscover/autodiscover.xml?#", 500, agent=PYTHON)
    forged(evidence, at(2, "03:12:31"), "/ecp/proxyLogon.ecp?#", 500, agent=PYTHON)
    for second, path in ((0, "/owa/auth/x.js"), (2, "/ecp/default.flt")):
        evidence.request(at(3, f"21:10:0{second}"), "GET", path, status=500, ip=CHECKER,
                         agent=PYTHON, AnchorMailbox=f"ServerInfo~localhost{path}?",
                         RoutingHint="X-BEResource-Cookie")


def exploit(evidence):
    machine = f"{DOMAIN}\\{SERVER}$"
    service = "/ecp/DDI/DDIService.svc/"
    keys = "?msExchEcpCanary=CANARY&schema="
    steps = (("42.310", "/autodiscover/autodiscover.xml?", 200),
             ("44.025", "/mapi/emsmdb/?", 200),
             ("46.871", "/ecp/proxyLogon.ecp?", 241),
             ("49.902", f"{service}GetObject{keys}OABVirtualDirectory", 200),
             ("53.512", f"{service}SetObject{keys}OABVirtualDirectory", 200),
             ("57.930", f"{service}SetObject{keys}ResetOABVirtualDirectory", 200))
    for second, path, status in steps:
        forged(evidence, at(3, f"06:49:{second}"), f"{path}#", status, back=(path, machine))
    session = evidence.guid()
    identity = f".Identity='{DIRECTORY}'"
    evidence.control_panel(at(3, "06:49:53.772"),
                           f"Set-OabVirtualDirectory.ExternalUrl='{INERT}'{identity}",
                           f"{service}SetObject{keys}OABVirtualDirectory", session)
    evidence.control_panel(at(3, "06:49:58.120"),
                           f"Remove-OabVirtualDirectory.Force='True'{identity}",
                           f"{service}SetObject{keys}ResetOABVirtualDirectory", session)
    evidence.control_panel(at(3, "06:50:00.417"),
                           "Pipeline.1|New-OabVirtualDirectory.Server='MX01'",
                           f"{service}SetObject{keys}ResetOABVirtualDirectory", session)
    evidence.control_panel(at(3, "07:02:11.003"),
                           f"Set-OabVirtualDirectory.ExternalUrl=$null{identity}",
                           f"{service}SetObject{keys}OABVirtualDirectory", session)
    evidence.event(at(3, "06:49:47.200"), "Application", "MSExchange Control Panel", 4,
                   "Current user: 'example.org/Users/admin01'\r\nRequest for URL 'https://mx01:444"
                   "/ecp/about.aspx?a=]:444/ecp/y7.js(https://mail.example.org/ecp/y7.js)' failed "
                   "with the following error:\r\nSystem.NullReferenceException", level="2")
    for second, cmdlet, parameters in (
            ("53.790", "Set", f'-ExternalUrl "{INERT}" -Identity "OAB (Default Web Site)"'),
            ("58.131", "Remove", f'-Force "True" -Identity "{SERVER}\\OAB (Default Web Site)"'),
            ("59.902", "New", f'-WebSiteName "Default Web Site" -Server "{SERVER}"')):
        evidence.event(at(3, f"06:49:{second}"), "MSExchange Management", "MSExchange CmdletLogs",
                       1, f"Cmdlet suceeded. Cmdlet {cmdlet}-OabVirtualDirectory, parameters "
                          f"{parameters}.")


def planted(evidence):
    folder = "FrontEnd\\HttpProxy\\owa\\auth\\"
    share = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": f"{SERVER}$", "ObjectType": "File",
             "SubjectDomainName": DOMAIN, "IpAddress": "127.0.0.1", "IpPort": "30065"}
    time = at(3, "06:49:58.204")
    evidence.security(time, 5140, ShareName="\\\\*\\C$", AccessMask="0x1", **share)
    evidence.security(time + datetime.timedelta(milliseconds=3), 5145, ShareName="\\\\*\\C$",
                      RelativeTargetName=INSTALLED[3:] + folder + SHELL, AccessMask="0x2",
                      AccessList="%%4417\n\t\t\t\t", **share)
    evidence.sysmon(time + datetime.timedelta(milliseconds=4), 11, Image="System", ProcessId="4",
                    TargetFilename=INSTALLED + folder + SHELL)


def command(evidence, time, image, line):
    pool = ('c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "MSExchangeOWAAppPool" -v "v4.0" '
            "-a \\\\.\\pipe\\iisipm-example -m 0")
    evidence.request(time, "POST", f"/owa/auth/{SHELL}", ip=INTRUDER, agent=PYTHON, back=None,
                     milliseconds=evidence.random.randint(30, 60))
    evidence.process(time + datetime.timedelta(milliseconds=12), "C:\\Windows\\System32\\cmd.exe",
                     f"cmd /c {line}", WORKER, pool)
    evidence.process(time + datetime.timedelta(milliseconds=25), f"C:\\Windows\\System32\\{image}",
                     line, "C:\\Windows\\System32\\cmd.exe", f"cmd /c {line}")


def used(evidence):
    temporary = ("C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files\\"
                 "owa\\8e05b027\\e164d61b\\")
    time = at(3, "06:50:07")
    evidence.request(time, "POST", f"/owa/auth/{SHELL}", ip=INTRUDER, agent=PYTHON,
                     milliseconds=133)
    for milliseconds, name in ((40, "App_Web_k3v0qa1z.0.js"), (90, "App_Web_k3v0qa1z.dll"),
                               (95, f"{SHELL}.5d0c77aa.compiled")):
        evidence.sysmon(time + datetime.timedelta(milliseconds=milliseconds), 11, Image=WORKER,
                        TargetFilename=temporary + name)
    for library in ("wshom.ocx", "scrrun.dll"):
        evidence.sysmon(time + datetime.timedelta(milliseconds=110), 7, Image=WORKER,
                        ImageLoaded=f"C:\\Windows\\System32\\{library}")
    command(evidence, at(3, "06:50:08"), "whoami.exe", "whoami")
    command(evidence, at(3, "06:52:15"), "ipconfig.exe", "ipconfig /all")
    command(evidence, at(3, "06:52:31"), "tasklist.exe", "tasklist /svc")
    command(evidence, at(3, "06:53:02"), "nltest.exe", "nltest /dclist:example.org")
    command(evidence, at(3, "06:54:40"), "net.exe", 'net group "Domain Admins" /domain')
    command(evidence, at(3, "23:18:05"), "attrib.exe", f"attrib +h +s +r {SHELL}")
    for number in range(12):  # mail read through the same weakness, without the shell
        forged(evidence, at(3, f"23:{30 + number * 2}:17"), "/ews/exchange.asmx?#",
               stem="/owa/auth/Current/themes/resources/logon.css", agent=PYTHON,
               back=("/EWS/exchange.asmx?", f"{DOMAIN}\\{SERVER}$"), size=380000 + number * 7919)
    command(evidence, at(5, "02:40:11"), "rundll32.exe",
            "rundll32.exe comsvcs.dll MiniDump PLACEHOLDER-PID PLACEHOLDER-FILE full")
    evidence.sysmon(at(5, "02:40:19"), 11, Image="C:\\Windows\\System32\\rundll32.exe",
                    TargetFilename="C:\\inetpub\\wwwroot\\aspnet_client\\example.dmp")
    evidence.request(at(5, "02:43:50"), "GET", "/aspnet_client/example.dmp", ip=INTRUDER,
                     agent=PYTHON, milliseconds=48210)


def cleaned_up(evidence):
    path = INSTALLED + "FrontEnd\\HttpProxy\\owa\\auth\\" + SHELL
    command(evidence, at(6, "01:15:30"), "cmd.exe", f'del /a "{path}"')
    evidence.sysmon(at(6, "01:15:31"), 23, Image="C:\\Windows\\System32\\cmd.exe",
                    TargetFilename=path)
    evidence.security(at(6, "01:16:02"), 1102, SubjectUserName=f"{SERVER}$")
    evidence.request(at(6, "01:20:44"), "GET", f"/owa/auth/{SHELL}", status=302, ip=INTRUDER,
                     agent=PYTHON)
    names = ("discover", "shell", "supp0rt", "OutlookEN", "HttpProxy", "errorpages", "one", "load",
             "iispage")
    for number, name in enumerate(names):
        folder = "/owa/auth/" if name == "errorpages" or number % 2 else "/aspnet_client/"
        evidence.request(at(5, f"03:06:{11 + number * 2}"), "GET", f"{folder}{name}.aspx",
                         status=200 if name == "errorpages" else 302 if number % 2 else 404,
                         ip=WALKER, agent=CHROME)


# --- files ---------------------------------------------------------------------------------------

def by_day(records):
    days = {}
    for record in sorted(records, key=lambda record: record[0]):
        if not HOLE[0] <= record[0] < HOLE[1]:
            days.setdefault(record[0].date(), []).append(record)
    return sorted(days.items())


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def write_iis(out, site, records):
    for day, rows in by_day(records):
        head = ("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
                f"#Date: {rows[0][0]:%Y-%m-%d %H:%M:%S}\r\n#Fields: {IIS_FIELDS}\r\n")
        lines = [f"{time:%Y-%m-%d %H:%M:%S} {SERVER_IP} {line}\r\n" for time, line in rows]
        write(out / f"inetpub/logs/LogFiles/{site}/u_ex{day:%y%m%d}.log", head + "".join(lines))


def exchange_head(kind, time, fields):
    return (f"\ufeff#Software: Microsoft Exchange Server\r\n#Version: 15.01.2176.002\r\n"
            f"#Log-type: {kind}\r\n#Date: {iso(time)}\r\n#Fields: {','.join(fields)}\r\n")


def write_httpproxy(out, records):
    fixed = {"MajorVersion": 15, "MinorVersion": 1, "BuildVersion": 2176, "RevisionVersion": 2,
             "UrlHost": "mail.example.org", "ServerHostName": SERVER, "ProxyAction": "Proxy",
             "TargetServer": HOST, "TargetServerVersion": "15.01.2176.000",
             "RoutingType": "IntraForest", "RoutingStatus": "CafeV1"}
    for protocol in sorted({record[1] for record in records}):
        for day, rows in by_day(record for record in records if record[1] == protocol):
            text = exchange_head("HttpProxy Logs", rows[0][0], HTTPPROXY_FIELDS)
            for time, _, values in rows:
                row = fixed | values | {"DateTime": iso(time)}
                text += csv_line([row.get(field, "") for field in HTTPPROXY_FIELDS])
            write(out / EXCHANGE / f"Logging/HttpProxy/{protocol}/HttpProxy_{day:%Y%m%d}00-1.LOG",
                  text)


def write_rest(out, evidence):
    fields = ("TimeStamp", "ServerName", "EventId", "EventData")
    for day, rows in by_day(evidence.ecp):
        text = exchange_head("ECP Server Log", rows[0][0], fields)
        text += "".join(csv_line(values) for _, values in rows)
        write(out / EXCHANGE / f"Logging/ECP/Server/ECPServer{day:%Y%m%d}-1.LOG", text)
    for day, rows in by_day(evidence.mail):
        text = exchange_head("Message Tracking Log", rows[0][0], TRACKING_FIELDS)
        text += "".join(csv_line([values.get(field, "") for field in TRACKING_FIELDS])
                        for _, values in rows)
        write(out / EXCHANGE / f"TransportRoles/Logs/MessageTracking/MSGTRK{day:%Y%m%d}00-1.LOG",
              text)
    channels = {}
    for _, rows in by_day(evidence.events):
        for _, channel, record in rows:
            channels.setdefault(channel.split("/")[0], []).append(json.dumps(record) + "\n")
    for channel, lines in channels.items():
        write(out / "events" / f"{channel.replace(' ', '-')}.jsonl", "".join(lines))


def damage(out, evidence):
    """The last back-end log and the Sysmon export end in mid-record, one archive is cut off."""
    for path in (sorted((out / "inetpub/logs/LogFiles/W3SVC2").iterdir())[-1],
                 out / "events/Microsoft-Windows-Sysmon.jsonl"):
        path.write_bytes(path.read_bytes()[:-97])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for day in (26, 27, 28):
            rows = "".join(f"2021-02-{day} {hour:02d}:{minute:02d}:07 {SERVER_IP} GET "
                           f"/owa/healthcheck.htm - 443 - {BALANCER_IP} BALANCER-CHECK - 200 0 0 "
                           f"{evidence.random.randint(1, 30)}\r\n"
                           for hour in range(24) for minute in range(0, 60, 5))
            head = ("#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
                    f"#Date: 2021-02-{day} 00:00:07\r\n#Fields: {IIS_FIELDS}\r\n")
            entry = zipfile.ZipInfo(f"W3SVC1/u_ex2102{day}.log", (2021, 3, 7, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, head + rows)
    whole = packed.getvalue()
    (out / "february-w3svc1.zip").write_bytes(whole[:len(whole) * 6 // 10])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=pathlib.Path, help="folder to write to; must not exist")
    parser.add_argument("--seed", type=int, default=20210303)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True)
    evidence = Evidence(arguments.seed)
    ordinary_days(evidence)
    for part in (probe_and_attempt, exploit, planted, used, cleaned_up):
        part(evidence)
    write_iis(arguments.out, "W3SVC1", evidence.front)
    write_iis(arguments.out, "W3SVC2", evidence.back)
    write_httpproxy(arguments.out, evidence.proxy)
    write_rest(arguments.out, evidence)
    damage(arguments.out, evidence)


if __name__ == "__main__":
    main()
