#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace pugmark {

// A field name, interned: equal names have equal ids within one run.
enum class FieldId : std::uint32_t {};

// The kind of log an event comes from: which Sigma log sources can apply to it. The words of
// to_string() are used in output and in routes of rules.
enum class SourceKind : std::uint8_t {
  kWindowsEvent,     // EVTX, or JSON that carries a Windows channel
  kWebServer,        // IIS W3C, HTTPERR, NCSA
  kExchangeHttpProxy,
  kExchangeEcpServer,
  kExchangeEcpActivity,
  kExchangeOabGenerator,
  kExchangeEws,
  kExchangeMapiHttp,
  kExchangeRpsHttp,
  kExchangeCmdlet,      // Rps_Cmdlet and LocalPowerShell cmdlet logs
  kExchangeAdminAudit,
  kExchangeMessageTracking,
  kExchangeSmtp,
  kExchangeOther,       // any other log with an Exchange header block
  kJson,                // JSON of no known product
};
std::string_view to_string(SourceKind kind);

// Whether its events are lines of a log as somebody wrote them: what keywords are searched in.
constexpr bool is_line_based(SourceKind kind) {
  return kind != SourceKind::kWindowsEvent && kind != SourceKind::kJson;
}

// "The fields that events of this kind have, in order": an EVTX template pair, a `#Fields:` line, a
// JSON key sequence. Names are stored and looked up once per kind, not once per event: rules are
// bound to a Shape and then address values by slot (the index into `fields`).
// Immutable after interning, lives as long as the ShapeTable, compared by address. Thread-safe.
struct Shape {
  // Dense, in order of interning: an index for per-shape caches of one run. UINT32_MAX for a shape
  // that the table had no room for and a reader made by itself.
  std::uint32_t id = 0;
  SourceKind source = SourceKind::kJson;
  // Windows channel; for text logs the log's own name ("W3SVC1", "HttpProxy/Ecp")
  std::string channel;
  std::string provider;         // Windows provider name or the log's software, may be empty
  std::uint32_t event_id = 0;   // Windows event id; 0 where the source has none
  // Such events name several channels or event ids: `channel` and `event_id` are the first, the
  // fields hold all of them. Windows events only.
  bool is_ambiguous = false;
  TimePrecision precision = TimePrecision::kSecond;
  std::vector<FieldId> fields;  // one per slot; a name stands once (repeats become a list)
  std::vector<std::string_view> names;  // of the fields; filled in by the table, live as long as it
  bool has_shortened_names = false;  // of log, provider or fields (Limits::name_bytes)
  bool wanted = true;  // false: nobody reads the values of such events, readers leave them out
};

// Decides whether the values of a kind of event are needed at all. Called once per Shape, from the
// thread that meets it first, while the table is locked: must not call back into the table.
class ShapeListener {
 public:
  virtual ~ShapeListener() = default;
  virtual bool wants(const Shape& shape) = 0;
};

// Interns field names and shapes. Thread-safe; readers keep a cache of their own in front of it,
// because every call takes a lock. Full tables (Limits::field_names, shapes, shape_fields) refuse,
// and the reader records a Gap. Names longer than Limits::name_bytes are shortened.
class ShapeTable {
 public:
  explicit ShapeTable(const Limits& limits, ShapeListener* listener = nullptr);
  ShapeTable(const ShapeTable&) = delete;
  ShapeTable& operator=(const ShapeTable&) = delete;
  ~ShapeTable();

  // From here on an item may fill half of what is left of the tables and no more, so that one
  // hostile item does not blind all behind it. Only where one thread reads items one after another:
  // then what is refused follows from their order.
  void share_among_items();

  // The next item begins, before its reader is made. Does nothing unless the tables are shared so.
  void begin_item();

  // Rises with every such item behind a refusal: what was refused may now be let in. Readers that
  // remember refusals forget them then.
  std::uint64_t generation() const;

  // The id of a name (UTF-8, exact case; shortened if it is too long). False if the table is full.
  bool intern_field(std::string_view name, FieldId& id);

  // The shared Shape equal to `shape` (id, names, has_shortened_names and wanted are set here), or
  // nullptr if the table is full.
  const Shape* intern(Shape shape);

  // Does the same for a shape that stays with its reader, but for id and wanted.
  void complete(Shape& shape) const;

  std::size_t shapes_count() const;

  // Something was refused. What it was depends on the order of reading.
  bool refused() const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace pugmark
