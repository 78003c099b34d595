#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

struct YR_RULES;

namespace pugmark::yara {

// What libyara says against a text.
struct Complaint {
  std::uint32_t line = 0;  // from 1
  std::string what;
};

struct Check {
  std::vector<Complaint> complaints;  // as found; later ones may follow from earlier ones
  std::uint64_t rules_count = 0;      // understood; exact if there are no complaints
  std::uint64_t states_count = 0;     // of the search automaton
};

// Compiles a text alone to hear what libyara says. Thread-safe.
Check check_text(const std::string& text);

// What a scanner may ask about the file; all of them are strings.
inline constexpr const char* kExternalVariables[] = {"filename", "filepath", "extension",
                                                     "filetype", "owner"};

// Modules that rules may use. The others read executables with code that is known to run for ever
// or past the end on forged ones (pe, dotnet, macho, dex, elf), ask the machine and not the file
// (time, magic), or need what nobody has (cuckoo).
bool is_allowed_module(std::string_view name);

// Why not, as the end of a sentence that begins "The module x ".
std::string_view why_not_allowed(std::string_view name);

struct CompiledDeleter {
  void operator()(YR_RULES* rules) const;
};
using CompiledRules = std::unique_ptr<YR_RULES, CompiledDeleter>;

// All texts as one, each with the rules of one file: rules of different texts may have the same
// name, and a global rule is one for its own text only. Each was found to be without complaints
// before.
Result<CompiledRules> compile_texts(const std::vector<std::string>& texts);

}  // namespace pugmark::yara
