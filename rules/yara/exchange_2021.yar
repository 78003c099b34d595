// What the attacks of 2021 on Exchange servers left in files: shapes that follow from the way the
// files came to be, so that no name, password or spelling of the intruder matters.

private rule page_code
{
    meta:
        description = "Marks of a page that the web server runs"
    strings:
        $directive = /<%@[ \t\r\n]{0,16}(page|webhandler|webservice|control|master|language)[ \t\r\n]/ nocase ascii wide
        $script = /<script[ \t\r\n][^<>]{0,120}runat[ \t]{0,4}=/ nocase ascii wide
        $block = /<%[ \t\r\n]{0,16}(eval|execute|executeglobal|response\.|request\.|set[ \t]|dim[ \t]|var[ \t]|if[ \t(])/ nocase ascii wide
        $object = /<object[ \t\r\n][^<>]{0,120}runat[ \t]{0,4}=/ nocase ascii wide
    condition:
        any of them
}

rule pugmark_virtual_directory_dump_with_code
{
    meta:
        description = "Dump of an Exchange virtual directory with page code in the place of a URL"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
        mitre_attack = "T1190 T1505.003"
        score = 95
    strings:
        // The value of a URL that no URL has: an element or a server block within the same line.
        $url = /(Ex|In)ternalUrl[ \t]{0,80}:[ \t]{0,8}[^\r\n]{0,400}<(script|object|%)/ nocase ascii wide
        // The same where the line was broken: the value begins with a host of a few characters.
        $placeholder = /(Ex|In)ternalUrl[ \t]{0,80}:[ \t]{0,8}https?:\/\/[a-z0-9]{1,4}\/[^\r\n]{0,40}[\r\n]{1,2}[ \t]{0,80}<(script|object|%)/ nocase ascii wide
        $methods = "InternalAuthenticationMethods" ascii wide
        $token = "ExtendedProtectionTokenChecking" ascii wide
        $books = "OfflineAddressBooks" ascii wide
        $poll = "PollInterval" ascii wide
        $metabase = "MetabasePath" ascii wide
    condition:
        filesize < 128KB and ($url or $placeholder)
        and 2 of ($methods, $token, $books, $poll, $metabase)
}

rule pugmark_mailbox_file_with_page_code
{
    meta:
        description = "Outlook data file with page code in clear: a mailbox exported to a web folder"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
        mitre_attack = "T1190 T1505.003"
        score = 90
    condition:
        // "!BDN". What stands in an ordinary data file is encoded, so that no clear text is code.
        uint32be(0) == 0x2142444E and filesize < 8MB and page_code
}

rule pugmark_mailbox_file_named_as_page
{
    meta:
        description = "Outlook data file under the name of a page that the web server runs"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
        mitre_attack = "T1190 T1505.003"
        score = 85
    condition:
        uint32be(0) == 0x2142444E and extension matches /^\.(aspx?|ashx|asmx|ascx|cshtml|php|jspx?)$/i
}

rule pugmark_certificate_request_with_page_code
{
    meta:
        description = "Certificate request with page code in one of its names"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.mandiant.com/resources/blog/pst-want-shell-proxyshell-exploiting-microsoft-exchange-servers"
        mitre_attack = "T1190 T1505.003"
        score = 90
    strings:
        // SEQUENCE of SEQUENCE of INTEGER 0 and SEQUENCE: version and subject of PKCS #10.
        $long = { 30 82 ?? ?? 30 82 ?? ?? 02 01 00 30 }
        $mixed = { 30 82 ?? ?? 30 81 ?? 02 01 00 30 }
        $short = { 30 81 ?? 30 81 ?? 02 01 00 30 }
    condition:
        filesize < 64KB and page_code and ($long at 0 or $mixed at 0 or $short at 0)
}

rule pugmark_jscript_eval_of_request
{
    meta:
        description = "Page that evaluates an item of the request in JScript's unsafe mode"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.cisa.gov/news-events/analysis-reports/ar21-084a"
        mitre_attack = "T1505.003"
        score = 95
    strings:
        // The mode may be put together from pieces: "un" + "safe".
        $eval = /eval[ \t\r\n]{0,8}\([^;{}]{0,40}Request[ \t]{0,4}(\.[ \t]{0,4}(Item|Form|QueryString|Params|Headers|Cookies)[ \t]{0,4})?[\[\(][^;{}]{1,120}[\]\)][^;{}]{0,40},[ \t\r\n]{0,8}["']u(["'][ \t\r\n]{0,4}\+[ \t\r\n]{0,4}["'])?n(["'][ \t\r\n]{0,4}\+[ \t\r\n]{0,4}["'])?s(["'][ \t\r\n]{0,4}\+[ \t\r\n]{0,4}["'])?a(["'][ \t\r\n]{0,4}\+[ \t\r\n]{0,4}["'])?f(["'][ \t\r\n]{0,4}\+[ \t\r\n]{0,4}["'])?e["']/ nocase ascii wide
    condition:
        filesize < 2MB and $eval
}

rule pugmark_small_page_that_saves_uploads
{
    meta:
        description = "Page that does nothing but save a file sent to it"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
        mitre_attack = "T1505.003 T1105"
        score = 65
    strings:
        // A handler (ashx) of that size is an ordinary part of many applications.
        $page = /<%@[ \t\r\n]{0,16}page[ \t\r\n]/ nocase ascii wide
        $upload = /Request[ \t]{0,4}\.[ \t]{0,4}Files/ ascii wide
        $save = /\.[ \t]{0,4}SaveAs[ \t]{0,4}\(/ ascii wide
        $where = /(MapPath|Request)[ \t]{0,4}[\.\[\(]/ ascii wide
    condition:
        filesize < 1500 and all of them
}

rule pugmark_shell_with_cookie_of_2021
{
    meta:
        description = "Page with the cookie name of a shell that commands, uploads and lists"
        author = "The Pugmark authors"
        license = "Apache-2.0"
        date = "2026-11-26"
        reference = "https://www.volexity.com/blog/2021/03/02/active-exploitation-of-microsoft-exchange-zero-day-vulnerabilities/"
        mitre_attack = "T1505.003"
        score = 85
    strings:
        $cookie = /["']fqrspt["']/ nocase ascii wide
    condition:
        filesize < 1MB and page_code and $cookie
}
