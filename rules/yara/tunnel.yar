// Pages that pass connections on: an intruder reaches machines behind the web server through them.

rule pugmark_tunnel_page_by_headers
{
    meta:
        description = "Tunnel page that takes its orders from X- headers"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://attack.mitre.org/techniques/T1090/"
        mitre_attack = "T1505.003 T1090"
        score = 90
    strings:
        $command = "X-CMD" nocase ascii wide fullword
        $target = "X-TARGET" nocase ascii wide fullword
        $port = "X-PORT" nocase ascii wide fullword
        $status = "X-STATUS" nocase ascii wide fullword
        $error = "X-ERROR" nocase ascii wide fullword
        $socket1 = /\bSocket[ \t]{0,4}\(/ nocase ascii wide
        $socket2 = "SocketChannel" ascii wide
        $socket3 = "TcpClient" ascii wide
        $socket4 = "fsockopen" nocase ascii wide
        $socket5 = "socket_connect" nocase ascii wide
    condition:
        filesize < 512KB and $command and 2 of ($target, $port, $status, $error)
        and any of ($socket*)
}

rule pugmark_tunnel_page_by_verbs
{
    meta:
        description = "Page that opens a socket and knows the four orders of a tunnel"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://attack.mitre.org/techniques/T1090/"
        mitre_attack = "T1505.003 T1090"
        score = 75
    strings:
        $connect = /["']CONNECT["']/ nocase ascii wide
        $disconnect = /["']DISCONNECT["']/ nocase ascii wide
        $forward = /["']FORWARD["']/ nocase ascii wide
        $read = /["']READ["']/ nocase ascii wide
        $socket1 = /\bSocket[ \t]{0,4}\(/ nocase ascii wide
        $socket2 = "SocketChannel" ascii wide
        $socket3 = "TcpClient" ascii wide
        $socket4 = "fsockopen" nocase ascii wide
        $socket5 = "socket_connect" nocase ascii wide
        $page1 = /<%|<\?php|<jsp:|IHttpHandler|HttpServlet/ nocase ascii wide
        $page2 = /\$_(POST|GET|REQUEST|SERVER|SESSION)/
    condition:
        filesize < 512KB and $connect and $disconnect and $forward and $read
        and any of ($socket*) and any of ($page*)
}
