#include "casefile/sqlite/schema.h"

#include <array>

namespace pugmark::sqlite {

// ANY stands where text comes from evidence: TEXT if it is well-formed UTF-8, otherwise a BLOB.
std::span<const SchemaObject> schema() {
  // A table: one entry for each object.
  static constexpr auto kSchema = std::to_array<SchemaObject>({
      {"table", "facts", R"(CREATE TABLE facts (
  name TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID)"},
      {"table", "items", R"(CREATE TABLE items (
  number INTEGER PRIMARY KEY,
  path ANY NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  type ANY NOT NULL,
  events INTEGER NOT NULL,
  read_bytes INTEGER NOT NULL,
  unread_bytes INTEGER NOT NULL,
  gaps INTEGER NOT NULL,
  duplicate_of ANY,
  clock ANY,
  time_shift_s INTEGER NOT NULL
) STRICT)"},
      {"table", "gaps", R"(CREATE TABLE gaps (
  number INTEGER PRIMARY KEY,
  item ANY NOT NULL,
  offset_bytes INTEGER NOT NULL,
  length_bytes INTEGER NOT NULL,
  kind TEXT NOT NULL,
  what ANY NOT NULL
) STRICT)"},
      {"table", "rules", R"(CREATE TABLE rules (
  number INTEGER PRIMARY KEY,
  rule_id ANY,
  title ANY NOT NULL,
  kind ANY NOT NULL,
  level TEXT NOT NULL,
  status ANY NOT NULL,
  author ANY NOT NULL,
  file ANY NOT NULL,
  line INTEGER NOT NULL,
  log_source ANY NOT NULL,
  state TEXT NOT NULL,
  why ANY NOT NULL,
  events INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  techniques TEXT NOT NULL,
  tags TEXT NOT NULL,
  links TEXT NOT NULL,
  text ANY NOT NULL
) STRICT)"},
      {"table", "coverage", R"(CREATE TABLE coverage (
  number INTEGER PRIMARY KEY,
  computer ANY NOT NULL,
  source ANY NOT NULL,
  kind ANY NOT NULL,
  first TEXT,
  last TEXT,
  events INTEGER NOT NULL,
  undated INTEGER NOT NULL,
  recovered INTEGER NOT NULL,
  holes TEXT NOT NULL,
  holes_count INTEGER NOT NULL,
  missing_records INTEGER NOT NULL,
  time_shift_s INTEGER NOT NULL,
  shifted_items INTEGER NOT NULL,
  clock ANY NOT NULL,
  items TEXT NOT NULL,
  items_count INTEGER NOT NULL,
  techniques TEXT NOT NULL
) STRICT)"},
      {"table", "files", R"(CREATE TABLE files (
  number INTEGER PRIMARY KEY,
  path ANY NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  md5 TEXT CHECK (length(md5) = 32),
  sha1 TEXT CHECK (length(sha1) = 40),
  language ANY NOT NULL,
  encoding ANY NOT NULL,
  verdict TEXT NOT NULL,
  kind TEXT NOT NULL,
  score REAL,
  key ANY NOT NULL,
  modified TEXT,
  changed TEXT,
  created TEXT,
  accessed TEXT,
  attributes_from TEXT NOT NULL,
  owner_id INTEGER,
  owner ANY,
  mode INTEGER,
  unlisted_steps INTEGER NOT NULL,
  rules TEXT NOT NULL,
  steps TEXT NOT NULL
) STRICT)"},
      {"table", "finding_rules", R"(CREATE TABLE finding_rules (
  number INTEGER PRIMARY KEY,
  rule_id ANY NOT NULL,
  rule_title ANY NOT NULL,
  level TEXT NOT NULL,
  status ANY NOT NULL,
  verdict TEXT,
  techniques TEXT NOT NULL,
  tags TEXT NOT NULL
) STRICT)"},
      {"table", "finding_sources", R"(CREATE TABLE finding_sources (
  number INTEGER PRIMARY KEY,
  item ANY NOT NULL,
  channel ANY NOT NULL,
  event_id INTEGER,
  provider ANY NOT NULL,
  computer ANY NOT NULL
) STRICT)"},
      {"table", "finding_events", R"(CREATE TABLE finding_events (
  number INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES finding_sources,
  time TEXT,
  time_shift_s INTEGER NOT NULL,
  offset_bytes INTEGER NOT NULL,
  length_bytes INTEGER NOT NULL,
  record_id ANY,
  recovered INTEGER NOT NULL,
  fields TEXT NOT NULL
) STRICT)"},
      {"table", "finding_matches", R"(CREATE TABLE finding_matches (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  rule INTEGER NOT NULL REFERENCES finding_rules,
  event INTEGER NOT NULL REFERENCES finding_events,
  because TEXT NOT NULL
) STRICT)"},
      {"table", "related", R"(CREATE TABLE related (
  finding INTEGER NOT NULL REFERENCES finding_matches,
  position INTEGER NOT NULL,
  rule_id ANY NOT NULL,
  item ANY NOT NULL,
  offset_bytes INTEGER NOT NULL,
  length_bytes INTEGER NOT NULL,
  time TEXT,
  PRIMARY KEY (finding, position)
) STRICT, WITHOUT ROWID)"},
      {"view", "findings", R"(CREATE VIEW findings AS
  SELECT m.number, m.id, r.rule_id, r.rule_title, r.level, r.status, r.verdict, e.time,
         e.time_shift_s, s.item, e.offset_bytes, e.length_bytes, e.record_id, s.channel,
         s.event_id, s.provider, s.computer, e.recovered, r.techniques, r.tags, m.because, e.fields
  FROM finding_matches AS m
  JOIN finding_rules AS r ON r.number = m.rule
  JOIN finding_events AS e ON e.number = m.event
  JOIN finding_sources AS s ON s.number = e.source)"},
      {"view", "because", R"(CREATE VIEW because AS
  SELECT number AS finding, one.key + 1 AS position, json_extract(one.value, '$.field') AS field,
         coalesce(json_extract(one.value, '$.value'),
                  (SELECT f.value FROM json_each(findings.fields) AS f
                   WHERE f.key = json_extract(one.value, '$.field') LIMIT 1)) AS value,
         json_extract(one.value, '$.pattern') AS pattern,
         json_extract(one.value, '$.offset_bytes') AS offset_bytes,
         json_extract(one.value, '$.reading') AS reading
  FROM findings, json_each(findings.because) AS one)"},
      {"view", "fields", R"(CREATE VIEW fields AS
  SELECT number AS finding, one.key AS name, one.value
  FROM findings, json_each(findings.fields) AS one)"},
      {"view", "findings_by_rule", R"(CREATE VIEW findings_by_rule AS
  SELECT level, verdict, count(*) AS findings, count(DISTINCT computer) AS computers,
         min(time) AS first, max(time) AS last, rule_title, rule_id
  FROM findings GROUP BY rule_id
  ORDER BY CASE level WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3
                      WHEN 'low' THEN 4 ELSE 5 END, findings DESC, rule_id)"},
      {"view", "findings_by_technique", R"(CREATE VIEW findings_by_technique AS
  SELECT value AS technique, count(*) AS findings, min(time) AS first, max(time) AS last
  FROM findings, json_each(findings.techniques) GROUP BY value ORDER BY value)"},
      {"view", "backdoors", R"(CREATE VIEW backdoors AS
  SELECT verdict, kind, key, path, language, score, sha256, size_bytes, modified, owner, rules
  FROM files WHERE verdict <> 'clean' ORDER BY number)"},
      {"view", "file_steps", R"(CREATE VIEW file_steps AS
  SELECT number AS file, one.key + 1 AS position, json_extract(one.value, '$.role') AS role,
         json_extract(one.value, '$.what') AS what, json_extract(one.value, '$.text') AS text,
         json_extract(one.value, '$.offset_bytes') AS offset_bytes,
         json_extract(one.value, '$.length_bytes') AS length_bytes,
         json_extract(one.value, '$.layer') AS layer
  FROM files, json_each(files.steps) AS one)"},
      {"view", "worst_findings", R"(CREATE VIEW worst_findings AS
  SELECT time, level, verdict, computer, rule_title, item, offset_bytes, length_bytes, id
  FROM findings WHERE level IN ('critical', 'high') ORDER BY number)"},
      {"view", "rules_that_could_not_see", R"(CREATE VIEW rules_that_could_not_see AS
  SELECT why, count(*) AS rules FROM rules WHERE state = 'not-observable'
  GROUP BY why ORDER BY rules DESC, why)"},
      {"view", "gaps_by_kind", R"(CREATE VIEW gaps_by_kind AS
  SELECT kind, count(*) AS gaps, count(DISTINCT item) AS items, sum(length_bytes) AS bytes
  FROM gaps GROUP BY kind ORDER BY gaps DESC, kind)"},
      {"view", "items_not_wholly_read", R"(CREATE VIEW items_not_wholly_read AS
  SELECT path, type, size_bytes, unread_bytes, gaps
  FROM items WHERE unread_bytes > 0 OR gaps > 0 OR sha256 IS NULL
  ORDER BY unread_bytes DESC, number)"},
      {"index", "findings_id", "CREATE INDEX findings_id ON finding_matches (id)"},
      {"index", "findings_rule", "CREATE INDEX findings_rule ON finding_matches (rule)"},
      {"index", "items_path", "CREATE INDEX items_path ON items (path)"},
      {"index", "gaps_item", "CREATE INDEX gaps_item ON gaps (item)"},
      {"index", "rules_id", "CREATE INDEX rules_id ON rules (rule_id)"},
  });
  return kSchema;
}

}  // namespace pugmark::sqlite
