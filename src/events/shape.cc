#include "events/shape.h"

#include <xxhash.h>

#include <atomic>
#include <deque>
#include <unordered_set>

#include "base/shorten.h"

namespace pugmark {
namespace {

std::uint64_t hash_of(const Shape& shape) {
  std::uint64_t hash = XXH3_64bits(shape.fields.data(), shape.fields.size() * sizeof(FieldId));
  hash = XXH3_64bits_withSeed(shape.channel.data(), shape.channel.size(), hash);
  hash = XXH3_64bits_withSeed(shape.provider.data(), shape.provider.size(), hash);
  const std::uint64_t numbers = (static_cast<std::uint64_t>(shape.event_id) << 17U) |
                                (static_cast<std::uint64_t>(shape.is_ambiguous ? 1 : 0) << 16U) |
                                (static_cast<std::uint64_t>(shape.source) << 8U) |
                                static_cast<std::uint64_t>(shape.precision);
  return XXH3_64bits_withSeed(&numbers, sizeof numbers, hash);
}

bool same_kind(const Shape& a, const Shape& b) {
  return a.source == b.source && a.event_id == b.event_id && a.precision == b.precision &&
         a.is_ambiguous == b.is_ambiguous && a.fields == b.fields && a.channel == b.channel &&
         a.provider == b.provider;
}

}  // namespace

struct ShapeTable::Tables {
  Limits limits;
  ShapeListener* listener = nullptr;
  mutable std::mutex mutex;
  // Deques, because names and shapes must not move: views and pointers to them are handed out.
  std::deque<std::string> names;
  std::unordered_map<std::string_view, FieldId> ids_by_name;
  std::unordered_set<FieldId> shortened;
  // What is in use of each table, and how far it may be filled.
  struct Table {
    std::uint64_t used = 0;
    std::uint64_t most = 0;
    bool has_room(std::uint64_t more) const { return used <= most && more <= most - used; }
  };
  Table names_table;
  Table shapes_table;
  Table shape_fields_table;
  bool is_shared = false;
  std::atomic<std::uint64_t> generation = 0;
  std::deque<Shape> shapes;
  std::unordered_multimap<std::uint64_t, const Shape*> shapes_by_hash;
  std::atomic<bool> refused = false;

  void shorten_names(Shape& shape) const {
    for (std::string* const name : {&shape.channel, &shape.provider}) {
      if (shorten(*name, static_cast<std::size_t>(limits.name_bytes)))
        shape.has_shortened_names = true;
    }
  }

  // Under the lock.
  void complete(Shape& shape) const {
    shape.names.clear();
    shape.names.reserve(shape.fields.size());
    for (const FieldId field : shape.fields) {
      shape.names.push_back(names[static_cast<std::size_t>(field)]);
      shape.has_shortened_names =
          shape.has_shortened_names || (!shortened.empty() && shortened.contains(field));
    }
  }
};

ShapeTable::ShapeTable(const Limits& limits, ShapeListener* listener)
    : tables_(std::make_unique<Tables>()) {
  tables_->limits = limits;
  tables_->listener = listener;
  tables_->names_table.most = limits.field_names;
  tables_->shapes_table.most = limits.shapes;
  tables_->shape_fields_table.most = limits.shape_fields;
}

ShapeTable::~ShapeTable() = default;

void ShapeTable::share_among_items() {
  const std::lock_guard lock(tables_->mutex);
  tables_->is_shared = true;
}

void ShapeTable::begin_item() {
  const std::lock_guard lock(tables_->mutex);
  if (!tables_->is_shared) return;
  const auto allow_half = [](Tables::Table& table, std::uint64_t limit) {
    const std::uint64_t left = limit - table.used;
    table.most = table.used + left / 2 + left % 2;
  };
  if (tables_->refused) ++tables_->generation;
  allow_half(tables_->names_table, tables_->limits.field_names);
  allow_half(tables_->shapes_table, tables_->limits.shapes);
  allow_half(tables_->shape_fields_table, tables_->limits.shape_fields);
}

bool ShapeTable::intern_field(std::string_view name, FieldId& id) {
  std::string shorter;
  bool is_shortened = false;
  if (name.size() > tables_->limits.name_bytes) {
    shorter = name;
    is_shortened = shorten(shorter, tables_->limits.name_bytes);
    name = shorter;
  }
  const std::lock_guard lock(tables_->mutex);
  if (const auto found = tables_->ids_by_name.find(name); found != tables_->ids_by_name.end()) {
    id = found->second;
    return true;
  }
  constexpr std::size_t kBytesOfOneName = 128;
  const std::uint64_t cost = 1 + name.size() / kBytesOfOneName;
  if (!tables_->names_table.has_room(cost)) {
    tables_->refused = true;
    return false;
  }
  tables_->names_table.used += cost;
  id = FieldId{static_cast<std::uint32_t>(tables_->names.size())};
  tables_->names.emplace_back(name);
  tables_->ids_by_name.emplace(tables_->names.back(), id);
  if (is_shortened) tables_->shortened.insert(id);
  return true;
}

const Shape* ShapeTable::intern(Shape shape) {
  tables_->shorten_names(shape);
  const std::uint64_t hash = hash_of(shape);
  const std::lock_guard lock(tables_->mutex);
  const auto [first, last] = tables_->shapes_by_hash.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (same_kind(*it->second, shape)) return it->second;
  }
  if (!tables_->shapes_table.has_room(1) ||
      !tables_->shape_fields_table.has_room(shape.fields.size())) {
    tables_->refused = true;
    return nullptr;
  }
  ++tables_->shapes_table.used;
  tables_->shape_fields_table.used += shape.fields.size();
  shape.id = static_cast<std::uint32_t>(tables_->shapes.size());
  tables_->complete(shape);
  shape.wanted = tables_->listener == nullptr || tables_->listener->wants(shape);
  tables_->shapes.push_back(std::move(shape));
  tables_->shapes_by_hash.emplace(hash, &tables_->shapes.back());
  return &tables_->shapes.back();
}

void ShapeTable::complete(Shape& shape) const {
  tables_->shorten_names(shape);
  const std::lock_guard lock(tables_->mutex);
  tables_->complete(shape);
}

std::size_t ShapeTable::shapes_count() const {
  const std::lock_guard lock(tables_->mutex);
  return tables_->shapes.size();
}

std::uint64_t ShapeTable::generation() const { return tables_->generation; }

bool ShapeTable::refused() const { return tables_->refused; }

std::string_view to_string(SourceKind kind) {
  switch (kind) {
    case SourceKind::kWindowsEvent: return "windows-event";
    case SourceKind::kWebServer: return "webserver";
    case SourceKind::kExchangeHttpProxy: return "exchange-httpproxy";
    case SourceKind::kExchangeEcpServer: return "exchange-ecp-server";
    case SourceKind::kExchangeEcpActivity: return "exchange-ecp-activity";
    case SourceKind::kExchangeOabGenerator: return "exchange-oabgenerator";
    case SourceKind::kExchangeEws: return "exchange-ews";
    case SourceKind::kExchangeMapiHttp: return "exchange-mapihttp";
    case SourceKind::kExchangeRpsHttp: return "exchange-rps-http";
    case SourceKind::kExchangeCmdlet: return "exchange-rps-cmdlet";
    case SourceKind::kExchangeAdminAudit: return "exchange-admin-audit";
    case SourceKind::kExchangeMessageTracking: return "exchange-message-tracking";
    case SourceKind::kExchangeSmtp: return "exchange-smtp-protocol";
    case SourceKind::kExchangeOther: return "exchange-other";
    case SourceKind::kJson: return "json";
  }
  return "unknown";
}

}  // namespace pugmark
