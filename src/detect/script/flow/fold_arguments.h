#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "detect/script/flow/folds.h"
#include "detect/script/flow/value.h"

// What the functions behind fold() share. They stand in files by what they are of: texts, numbers,
// parts of texts, forms that are filled in, arrays.
namespace pugmark::script::folds {

using Arguments = std::span<const Value>;
// False if it cannot be done.
using Function = bool (*)(Arguments arguments, Values& values, Value& result);

inline constexpr std::size_t kItemsMax = 1U << 20U;  // of an array that one call makes

// Whether there are so many arguments, and the first `count` are texts or numbers.
bool has_texts(Arguments arguments, std::size_t count);
// Numbers count as the text they are written as.
std::string_view text_of(const Value& value, std::string& memory);
double number_of(const Value& value);
// An argument that counts characters, kept inside what a text can have.
std::int64_t count_of(const Value& value);
bool give(std::string_view text, Values& values, Value& result);
bool give(double number, Value& result);

// The value of a digit in any base up to 36; more than that of what is none.
int digit_of(char c);
// A number in another base than ten. PHP passes over what is no digit.
double number_in_base(std::string_view text, int base);
// Negative ones as the two's complement in 64 bits that PHP and Perl write.
std::string digits_in_base(double number, int base);
std::string digits_of(std::uint64_t number, int base);
// std::string_view::find() in linear time, however long what is searched is.
std::size_t find_in(std::string_view text, std::string_view searched, std::size_t begin);

bool identity(Arguments arguments, Values& values, Value& result);
bool to_text(Arguments arguments, Values& values, Value& result);

// nullptr if the fold is another file's.
Function function_of_numbers(Fold fold);
Function function_of_parts(Fold fold);
Function function_of_forms(Fold fold);
Function function_of_arrays(Fold fold);

}  // namespace pugmark::script::folds
