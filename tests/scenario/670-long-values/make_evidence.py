import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
AGENT = "Agent/" + "aBcDeFgH" * 100
LINES = [f'198.51.100.7 - - [02/Mar/2021:00:00:{second:02} +0000] "GET /a HTTP/1.1" 200 5 "-" '
         f'"{agent}"\n'
         for second, agent in enumerate([AGENT, AGENT.lower(), AGENT.upper(), AGENT])]
(folder / "logs").mkdir()
(folder / "logs" / "access.log").write_text("".join(LINES))
(folder / "rules.yml").write_text("""title: page
name: page
logsource: {category: webserver}
detection: {one: {cs-uri-stem: /a}, condition: one}
---
title: many by agent and client
name: many
correlation:
  type: event_count
  rules: [page]
  group-by: [cs-user-agent, c-ip]
  timespan: 1m
  condition: {gte: 4}
---
title: many, and a page
correlation:
  type: temporal
  rules: [many, page]
  group-by: [cs-user-agent]
  timespan: 1m
---
title: two agents
correlation:
  type: value_count
  rules: [page]
  group-by: [c-ip]
  timespan: 1m
  condition: {field: cs-user-agent, gte: 2}
""")
