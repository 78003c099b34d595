import pathlib
import sys

import made_logs

folder = pathlib.Path(sys.argv[1])
COLUMNS = ("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
           "cs(User-Agent) sc-status sc-substatus sc-win32-status time-taken")
ROWS = ("2021-03-03 06:50:16 192.0.2.10 GET /owa/ - 443 - 198.51.100.8 Mozilla/5.0 200 0 0 12",
        "2021-03-03 06:50:17 192.0.2.10 POST /owa/user1%40example.org/powershell - 443 - "
        "198.51.100.7 python-requests/2.25.1 401 0 0 40")
LOG = "\n".join(("#Software: Microsoft Internet Information Services 10.0",
                 f"#Fields: {COLUMNS}", *ROWS, "")).encode()
(folder / "u_ex210303.log").write_bytes(LOG)
(folder / "copy.zip").write_bytes(made_logs.zip_stored([(b"logs/u_ex210303.log", LOG)]))
