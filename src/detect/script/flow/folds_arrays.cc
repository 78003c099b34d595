#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "detect/script/flow/fold_arguments.h"

namespace pugmark::script::folds {
namespace {

// ---- Arrays

bool give_list(std::span<const std::string_view> items, Values& values, Value& result) {
  if (items.size() > kItemsMax) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const std::string_view item : items) values.push(list, values.text_value(item));
  result = list;
  return true;
}

// At most `limit` items. With `keeps_rest` the last one is all that is left, otherwise that is left
// out.
bool split_by(const Value& text_value, const Value& by_value, std::size_t limit, bool keeps_rest,
              Values& values, Value& result) {
  if (!text_value.is_constant() || !by_value.is_constant()) return false;
  std::string memory;
  std::string by_memory;
  const std::string_view text = text_of(text_value, memory);
  const std::string_view by = text_of(by_value, by_memory);
  std::vector<std::string_view> items;
  if (by.empty()) {
    for (std::size_t i = 0; i < text.size() && i < limit && i <= kItemsMax; ++i)
      items.push_back(text.substr(i, 1));
    return give_list(items, values, result);
  }
  for (std::size_t at = 0; items.size() < limit && items.size() <= kItemsMax;) {
    const bool is_rest = keeps_rest && items.size() + 1 == limit;
    const std::size_t found = is_rest ? std::string_view::npos : find_in(text, by, at);
    items.push_back(text.substr(at, found == std::string_view::npos ? found : found - at));
    if (found == std::string_view::npos) break;
    at = found + by.size();
  }
  return give_list(items, values, result);
}
// explode(by, text[, limit]): below 0 so many are left out at the end.
bool split(Arguments a, Values& values, Value& result) {
  if (a.size() < 2 || (a.size() > 2 && !a[2].is_constant())) return false;
  if (a[1].is_constant() && a[0].is_text() && a[0].size == 0) return false;  // PHP has none
  const std::int64_t limit = a.size() > 2 ? count_of(a[2]) : INT64_MAX;
  const std::size_t count =
      limit < 0 ? SIZE_MAX : static_cast<std::size_t>(std::max<std::int64_t>(limit, 1));
  if (!split_by(a[1], a[0], count, true, values, result)) return false;
  Array& list = values.array(result);
  for (std::int64_t left = limit; left < 0 && !list.items.empty(); ++left) {
    list.items.pop_back();
    --list.next_key;
  }
  return true;
}
// text.split(by[, limit]), Split(text, by)
bool split_method(Arguments a, Values& values, Value& result) {
  const bool has_limit = a.size() > 2 && a[2].is_number() && a[2].number >= 0;
  return !a.empty() && split_by(a[0], a.size() > 1 ? a[1] : Values::text_view(" "),
                                has_limit ? static_cast<std::size_t>(count_of(a[2])) : SIZE_MAX,
                                false, values, result);
}
// str_split(text, length)
bool split_every(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, std::clamp<std::size_t>(arguments.size(), 1, 2))) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  const std::int64_t every = arguments.size() > 1 ? count_of(arguments[1]) : 1;
  if (every < 1) return false;
  std::vector<std::string_view> items;
  for (std::size_t at = 0; at < text.size() && items.size() <= kItemsMax;
       at += static_cast<std::size_t>(std::min<std::int64_t>(every, 1 << 30)))
    items.push_back(text.substr(at, static_cast<std::size_t>(every)));
  return give_list(items, values, result);
}

bool join_with(const Value& list, std::string_view between, Values& values, Value& result) {
  if (!list.is_array()) return false;
  const Array& array = values.array(list);
  if (array.others.kind != Value::Kind::kUnknown || array.others.origins != 0) return false;
  std::string out;
  std::string memory;
  bool is_first = true;
  for (const auto& [key, item] : array.items) {
    if (!item.is_constant()) return false;
    if (!is_first) out += between;
    is_first = false;
    out += text_of(item, memory);
    if (out.size() > (std::size_t{8} << 20U)) return false;
  }
  return give(out, values, result);
}
// The arguments and the items of those that are arrays, one after the other.
bool join_all(Arguments arguments, std::string_view between, Values& values, Value& result) {
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const Value& each : arguments) {
    if (!each.is_array()) {
      values.push(list, each);
      continue;
    }
    const auto items = values.array(each).items;
    for (const auto& [key, item] : items) values.push(list, item);
    if (values.array(each).others.origins != 0) return false;
  }
  return join_with(list, between, values, result);
}
// implode(between, array), implode(array), String.Join(between, array), Join(array, between), and
// with the items one by one: join(between, a, b).
bool join(Arguments arguments, Values& values, Value& result) {
  std::string memory;
  if (arguments.size() == 1) return join_with(arguments[0], "", values, result);
  if (arguments.size() < 2) return false;
  if (arguments[0].is_array() && arguments.size() == 2)
    return arguments[1].is_constant() &&
           join_with(arguments[0], text_of(arguments[1], memory), values, result);
  if (!arguments[0].is_constant()) return false;
  const std::string_view between = text_of(arguments[0], memory);
  if (arguments.size() == 2) return join_with(arguments[1], between, values, result);
  return join_all(arguments.subspan(1), between, values, result);
}
// array.join(between): a comma if there is none; Perl's and VB's have one written.
bool join_method(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() == 1) return join_with(arguments[0], ",", values, result);
  return join(arguments, values, result);
}

bool array_of(Arguments arguments, Values& values, Value& result) {
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const Value& value : arguments) values.push(list, value);
  result = list;
  return true;
}

// Makes a list of what `each` picks from the items of the array.
template <typename Pick>
bool pick_from(Arguments arguments, Values& values, Value& result, Pick pick) {
  if (arguments.empty() || !arguments[0].is_array()) return false;
  const std::vector<std::pair<Value, Value>> items = values.array(arguments[0]).items;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  // What stands under keys that are not known, and they themselves, may be anywhere.
  const Value others = values.array(arguments[0]).others;
  values.take_origins(values.array(list).others, others);
  pick(items, list);
  result = list;
  return true;
}

// Keys that are texts stay; numbers begin anew.
void put_item(const Value& key, const Value& item, const Value& list, Values& values) {
  if (key.is_text()) {
    values.put(list, key, item);
  } else {
    values.push(list, item);
  }
}

using Items = std::vector<std::pair<Value, Value>>;

bool reverse_array(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (auto at = items.rbegin(); at != items.rend(); ++at)
      put_item(at->first, at->second, list, values);
  });
}
bool keys_of(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.push(list, key);
  });
}
bool values_of(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.push(list, item);
  });
}
bool flip(Arguments arguments, Values& values, Value& result) {
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    for (const auto& [key, item] : items) values.put(list, item, key);
  });
}
bool slice(Arguments arguments, Values& values, Value& result) {
  if (arguments.size() < 2 || !arguments[1].is_constant()) return false;
  return pick_from(arguments, values, result, [&](const Items& items, const Value& list) {
    const auto size = static_cast<std::int64_t>(items.size());
    std::int64_t begin = count_of(arguments[1]);
    if (begin < 0) begin += size;
    begin = std::clamp<std::int64_t>(begin, 0, size);
    std::int64_t count =
        arguments.size() > 2 && arguments[2].is_constant() ? count_of(arguments[2]) : size;
    if (count < 0) count = size - begin + count;
    count = std::clamp<std::int64_t>(count, 0, size - begin);
    for (std::int64_t i = begin; i < begin + count; ++i)
      put_item(items[static_cast<std::size_t>(i)].first, items[static_cast<std::size_t>(i)].second,
               list, values);
  });
}

bool merge(Arguments arguments, Values& values, Value& result) {
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const Value& value : arguments) {
    if (!value.is_array()) return false;
    const Items items = values.array(value).items;
    for (const auto& [key, item] : items) put_item(key, item, list, values);
    const Value others = values.array(value).others;
    if (others.kind != Value::Kind::kUnknown || others.origins != 0)
      values.put(list, Value{}, others);
  }
  result = list;
  return true;
}

bool range(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  const auto is_letter = [](const Value& value) {
    bool is_number = false;
    if (value.is_text()) number_of_text(value.text(), &is_number);
    return value.is_text() && value.size > 0 && !is_number;
  };
  const bool is_text = is_letter(arguments[0]) && is_letter(arguments[1]);
  const std::int64_t first =
      is_text ? static_cast<unsigned char>(arguments[0].data[0]) : count_of(arguments[0]);
  const std::int64_t last =
      is_text ? static_cast<unsigned char>(arguments[1].data[0]) : count_of(arguments[1]);
  const auto is_fraction = [](const Value& value) {
    return value.is_constant() && number_of(value) != std::floor(number_of(value));
  };
  if (!is_text && std::any_of(arguments.begin(), arguments.end(), is_fraction)) return false;
  std::int64_t step =
      arguments.size() > 2 && arguments[2].is_constant() ? count_of(arguments[2]) : 1;
  step = std::clamp<std::int64_t>(step < 0 ? -step : step, 1, 1 << 20);
  if (std::abs(last - first) / step > static_cast<std::int64_t>(kItemsMax)) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  const std::int64_t signed_step = first <= last ? step : -step;
  for (std::int64_t i = first; first <= last ? i <= last : i >= last; i += signed_step) {
    const auto character = static_cast<char>(i);
    values.push(
        list, is_text ? values.text_value({&character, 1}) : number_value(static_cast<double>(i)));
  }
  result = list;
  return true;
}

bool end_of(Arguments arguments, bool is_first, Values& values, Value& result) {
  if (arguments.empty() || !arguments[0].is_array()) return false;
  const auto& items = values.array(arguments[0]).items;
  if (items.empty()) return false;
  result = is_first ? items.front().second : items.back().second;
  return true;
}
bool first_of(Arguments a, Values& values, Value& result) {
  return end_of(a, true, values, result);
}
bool last_of(Arguments a, Values& values, Value& result) {
  return end_of(a, false, values, result);
}

// "abc".toCharArray(), getBytes(): a list of the bytes' numbers.
bool text_to_bytes(Arguments arguments, Values& values, Value& result) {
  if (!has_texts(arguments, 1)) return false;
  std::string memory;
  const std::string_view text = text_of(arguments[0], memory);
  if (text.size() > kItemsMax) return false;
  const Value list = values.new_array();
  if (!list.is_array()) return false;
  for (const char c : text) values.push(list, number_value(static_cast<unsigned char>(c)));
  result = list;
  return true;
}

// A list of bytes as the text they are, also of a text that stands for bytes.
bool bytes_to_text(Arguments arguments, Values& values, Value& result) {
  if (arguments.empty()) return false;
  if (arguments[0].is_text()) return identity(arguments, values, result);
  if (!arguments[0].is_array() || values.array(arguments[0]).others.kind != Value::Kind::kUnknown ||
      values.array(arguments[0]).others.origins != 0)
    return false;
  std::string out;
  for (const auto& [key, item] : values.array(arguments[0]).items) {
    if (!item.is_constant()) return false;
    if (item.is_text()) {
      out += item.text();
    } else {
      out += static_cast<char>(count_of(item) & 0xFF);
    }
  }
  return give(out, values, result);
}

bool compare(Arguments arguments, Values& /*values*/, Value& result) {
  if (!has_texts(arguments, 2)) return false;
  std::string a_memory;
  std::string b_memory;
  return give(text_of(arguments[0], a_memory).compare(text_of(arguments[1], b_memory)), result);
}

}  // namespace

Function function_of_arrays(Fold fold) {
  // A table: the function of each fold.
  switch (fold) {
    case Fold::kCompare:
      return compare;
    case Fold::kSplit:
      return split;
    case Fold::kSplitMethod:
      return split_method;
    case Fold::kSplitEvery:
      return split_every;
    case Fold::kJoin:
      return join;
    case Fold::kJoinMethod:
      return join_method;
    case Fold::kArray:
      return array_of;
    case Fold::kReverseArray:
      return reverse_array;
    case Fold::kMerge:
      return merge;
    case Fold::kRange:
      return range;
    case Fold::kFirst:
      return first_of;
    case Fold::kLast:
      return last_of;
    case Fold::kKeys:
      return keys_of;
    case Fold::kValues:
      return values_of;
    case Fold::kFlip:
      return flip;
    case Fold::kSlice:
      return slice;
    case Fold::kBytesToText:
      return bytes_to_text;
    case Fold::kTextToBytes:
      return text_to_bytes;
    default:
      return nullptr;
  }
}

}  // namespace pugmark::script::folds
