#include "events/shape.h"

#include <xxhash.h>

#include <atomic>
#include <deque>

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
  std::deque<Shape> shapes;
  std::unordered_multimap<std::uint64_t, const Shape*> shapes_by_hash;
  std::atomic<bool> refused = false;
};

ShapeTable::ShapeTable(const Limits& limits, ShapeListener* listener)
    : tables_(std::make_unique<Tables>()) {
  tables_->limits = limits;
  tables_->listener = listener;
}

ShapeTable::~ShapeTable() = default;

bool ShapeTable::intern_field(std::string_view name, FieldId& id) {
  const std::lock_guard lock(tables_->mutex);
  if (const auto found = tables_->ids_by_name.find(name); found != tables_->ids_by_name.end()) {
    id = found->second;
    return true;
  }
  if (tables_->names.size() >= tables_->limits.field_names) {
    tables_->refused = true;
    return false;
  }
  id = FieldId{static_cast<std::uint32_t>(tables_->names.size())};
  tables_->names.emplace_back(name);
  tables_->ids_by_name.emplace(tables_->names.back(), id);
  return true;
}

std::string_view ShapeTable::field_name(FieldId id) const {
  const std::lock_guard lock(tables_->mutex);
  return tables_->names[static_cast<std::size_t>(id)];
}

const Shape* ShapeTable::intern(Shape shape) {
  const std::uint64_t hash = hash_of(shape);
  const std::lock_guard lock(tables_->mutex);
  const auto [first, last] = tables_->shapes_by_hash.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (same_kind(*it->second, shape)) return it->second;
  }
  if (tables_->shapes.size() >= tables_->limits.shapes) {
    tables_->refused = true;
    return nullptr;
  }
  shape.id = static_cast<std::uint32_t>(tables_->shapes.size());
  shape.names.clear();
  for (const FieldId field : shape.fields)
    shape.names.push_back(tables_->names[static_cast<std::size_t>(field)]);
  shape.wanted = tables_->listener == nullptr || tables_->listener->wants(shape);
  tables_->shapes.push_back(std::move(shape));
  tables_->shapes_by_hash.emplace(hash, &tables_->shapes.back());
  return &tables_->shapes.back();
}

std::size_t ShapeTable::shapes_count() const {
  const std::lock_guard lock(tables_->mutex);
  return tables_->shapes.size();
}

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
