#include <algorithm>
#include <string>

#include "base/text.h"
#include "detect/script/flow/fold_arguments.h"
#include "detect/script/flow/interpreter.h"

// Scripts that read themselves: packers keep what they unpack behind their own code.
namespace pugmark::script {

void Interpreter::set_own_file(std::string_view path, std::string_view text) {
  own_path_ = path;
  own_text_ = text;
  steps_max_ = std::min(bounds_.steps_max + bounds_.steps_per_byte * text.size(),
                        std::max(bounds_.steps_max, bounds_.steps_at_all_max));
}

Value Interpreter::own_handle() {
  Value handle = values_.new_object(tree_.symbols().of("$own-file"), kNoNode);
  if (handle.index != 0) values_.set_field(handle, tree_.symbols().of("at"), number_value(0));
  return handle;
}

// fopen(__FILE__), file_get_contents(__FILE__), file(__FILE__).
Value Interpreter::own_file(std::string_view function) {
  if (function == "fopen") return own_handle();
  if (function != "file") return Values::text_view(own_text_);
  const Value lines = values_.new_array();
  for (std::size_t at = 0; lines.is_array() && at < own_text_.size();) {
    const std::size_t end = std::min(own_text_.find('\n', at), own_text_.size() - 1) + 1;
    values_.push(lines, Values::text_view(own_text_.substr(at, end - at)));
    at = end;
  }
  return lines;
}

// fread(), fgets() and the like of such a handle. False if it is another.
bool Interpreter::read_own_file(std::string_view function, Arguments arguments, Value& result) {
  if (arguments.empty() || !arguments[0].is_object() || arguments[0].index == 0 ||
      tree_.symbols().name(arguments[0].type) != "$own-file")
    return false;
  const Symbol at_name = tree_.symbols().of("at");
  const Value* const field = values_.field(arguments[0], at_name);
  const std::int64_t place = field == nullptr ? 0 : folds::count_of(*field);
  const auto at = static_cast<std::size_t>(
      std::clamp(place, std::int64_t{0}, static_cast<std::int64_t>(own_text_.size())));
  const std::int64_t count =
      arguments.size() > 1 && arguments[1].is_number() ? folds::count_of(arguments[1]) : 0;
  std::size_t length = own_text_.size() - at;
  if (count > 0) length = std::min(length, static_cast<std::size_t>(count));
  if (function == "fgets") {
    if (count > 0 && length > 0 && static_cast<std::int64_t>(length) >= count) --length;
    const std::size_t newline = own_text_.substr(at, length).find('\n');
    if (newline != std::string_view::npos) length = newline + 1;
  }
  result = Values::text_view(own_text_.substr(at, length));
  values_.set_field(arguments[0], at_name, number_value(static_cast<double>(at + length)));
  return true;
}

// fseek(handle, place).
void Interpreter::seek_own_file(Arguments arguments) {
  if (arguments.size() > 1 && arguments[0].is_object() && arguments[0].index != 0 &&
      tree_.symbols().name(arguments[0].type) == "$own-file" && arguments[1].is_number())
    values_.set_field(arguments[0], tree_.symbols().of("at"), arguments[1]);
}

}  // namespace pugmark::script
