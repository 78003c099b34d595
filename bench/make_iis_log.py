#!/usr/bin/env python3
"""Writes an IIS log of ordinary Exchange traffic, for throughput measurements.

  make_iis_log.py OUT.log SIZE_MB [SEED]

The mix follows published volumes of one server (docs/formats/w3c.md): health probes, mapi, EWS,
ActiveSync, OWA, anonymous challenges, load balancer. Every request carries a request id of its own,
as on a real server, so no two lines are equal. Output is a pure function of SIZE_MB and SEED.
"""
import random
import sys

FIELDS = ('#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n'
          '#Date: 2021-03-01 00:00:00\n'
          '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip '
          'cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n')
AGENTS = {
    'probe': ['AMProbe/Local/ClientAccess', 'Microsoft.Exchange.Monitoring.ActiveMonitoring'],
    'outlook': ['Microsoft+Office/16.0+(Windows+NT+10.0;+Microsoft+Outlook+16.0.13801;+Pro)',
                'Microsoft+Office/16.0+(Windows+NT+10.0;+Microsoft+Outlook+16.0.4266;+Pro)'],
    'phone': ['Apple-iPhone12C1/1804.17', 'Android-SAMSUNG-SM-G960F/101.10',
              'Outlook-iOS-Android/1.0'],
    'browser': ['Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+'
                'Chrome/88.0.4324.190+Safari/537.36'],
}


def decoration(request):
    return f'&CorrelationID=<empty>;&cafeReqId={request};'


def line(rng, second):
    day, rest = divmod(second, 86400)
    hour, rest = divmod(rest, 3600)
    stamp = f'2021-03-{1 + day % 28:02d} {hour:02d}:{rest // 60:02d}:{rest % 60:02d} 192.0.2.10'
    bits = rng.getrandbits
    request = f'{bits(32):08x}-{bits(16):04x}-4000-8000-{bits(48):012x}'
    user = f'EXAMPLE\\user{int(4000 * rng.random() ** 2.2):04d}'
    client = f'198.51.100.{rng.randrange(1, 255)}'
    mark = decoration(request)
    kind = rng.random()
    agent = {name: rng.choice(names) for name, names in AGENTS.items()}
    if kind < 0.30:
        probe = f'EXAMPLE\\HealthMailbox{rng.randrange(12):02x}'
        return (f'{stamp} GET /mapi/healthcheck.htm {mark} 443 {probe} ::1 {agent["probe"]} - '
                f'200 0 0 {rng.randrange(3, 40)}\n')
    if kind < 0.36:
        taken = rng.randrange(9)
        return f'{stamp} GET /owa/healthcheck.htm - 443 - 192.0.2.2 - - 200 0 0 {taken}\n'
    if kind < 0.60:
        return (f'{stamp} POST /mapi/emsmdb/ MailboxId={request}@example.org{mark} 443 {user} '
                f'{client} {agent["outlook"]} - 200 0 0 {rng.randrange(900)}\n')
    if kind < 0.72:
        return (f'{stamp} POST /EWS/Exchange.asmx {mark} 443 - {client} {agent["outlook"]} - '
                f'401 2 5 0\n')
    if kind < 0.84:
        query = (f'Cmd=Ping&User={user[8:]}%40example.org&DeviceId={request[:8]}'
                 f'&DeviceType=iPhone{mark}')
        return (f'{stamp} POST /Microsoft-Server-ActiveSync/default.eas {query} 443 {user} '
                f'{client} {agent["phone"]} - 200 0 0 {rng.randrange(900000)}\n')
    if kind < 0.94:
        return (f'{stamp} POST /owa/service.svc action=GetConversationItems&app=Mail{mark} 443 '
                f'{user} {client} {agent["browser"]} https://mail.example.org/owa/ '
                f'200 0 0 {rng.randrange(900)}\n')
    image = f'/owa/prem/15.1.2106.2/resources/images/0/sprite{rng.randrange(40)}.png'
    return (f'{stamp} GET {image} - 443 - {client} {agent["browser"]} '
            f'https://mail.example.org/owa/ 304 0 0 {rng.randrange(9)}\n')


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    wanted = int(sys.argv[2]) * 1_000_000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) == 4 else 20210303)
    with open(sys.argv[1], 'w', encoding='ascii', newline='') as out:
        written = out.write(FIELDS)
        count = 0
        while written < wanted:
            written += out.write(line(rng, count // 4))
            count += 1
    print(f'{count} lines, {written} bytes: {sys.argv[1]}')


main()
