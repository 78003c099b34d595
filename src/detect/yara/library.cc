#include "detect/yara/library.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <fmt/format.h>
#include <iterator>
#include <new>
#include <string_view>
#include <yara.h>

namespace pugmark::yara {
namespace {

// Once in the life of the program, and never undone: rules of any age may still be in use.
void initialize_library() {
  static const int result = [] {
    int code = yr_initialize();
    // Every match would be copied else; the window is there to look it up.
    if (code == ERROR_SUCCESS) code = yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, 0);
    return code;
  }();
  if (result != ERROR_SUCCESS) throw std::bad_alloc();  // the only reason it has
}

struct CompilerDeleter {
  void operator()(YR_COMPILER* compiler) const { yr_compiler_destroy(compiler); }
};
using Compiler = std::unique_ptr<YR_COMPILER, CompilerDeleter>;

// libyara calls it from C, which no exception may pass.
void note_complaint(int level, const char* /*file*/, int line, const YR_RULE* /*rule*/,
                    const char* message, void* user_data) noexcept {
  if (level != YARA_ERROR_LEVEL_ERROR) return;
  auto& complaints = *static_cast<std::vector<Complaint>*>(user_data);
  complaints.push_back({static_cast<std::uint32_t>(std::max(line, 1)), message});
}

Compiler make_compiler(std::vector<Complaint>& complaints) {
  initialize_library();
  YR_COMPILER* raw = nullptr;
  if (yr_compiler_create(&raw) != ERROR_SUCCESS) throw std::bad_alloc();
  Compiler compiler(raw);
  yr_compiler_set_callback(raw, note_complaint, &complaints);
  yr_compiler_set_include_callback(raw, nullptr, nullptr, nullptr);
  for (const char* name : kExternalVariables) {
    if (yr_compiler_define_string_variable(raw, name, "") != ERROR_SUCCESS) throw std::bad_alloc();
  }
  return compiler;
}

std::uint64_t states_of(const YR_AC_AUTOMATON& automaton) {
  std::uint64_t count = 0;
  std::vector<const YR_AC_STATE*> left{automaton.root};
  while (!left.empty()) {
    const YR_AC_STATE* state = left.back();
    left.pop_back();
    ++count;
    for (state = state->first_child; state != nullptr; state = state->siblings)
      left.push_back(state);
  }
  return count;
}

struct Module {
  std::string_view name;
  std::string_view why_not;  // "" for one that rules may use
};

constexpr std::string_view kReadsExecutables =
    "reads executables with code that forged ones are known to lead astray.";
constexpr auto kModules = std::to_array<Module>({
    {"console", ""},
    {"hash", ""},
    {"math", ""},
    {"cuckoo", "asks the report of a sandbox, and there is none."},
    {"dex", kReadsExecutables},
    {"dotnet", kReadsExecutables},
    {"elf", kReadsExecutables},
    {"macho", kReadsExecutables},
    {"magic", "asks the data base of the machine it runs on, not only the file."},
    {"pe", kReadsExecutables},
    {"time", "asks the clock of the machine it runs on, not the file."},
});

}  // namespace

void CompiledDeleter::operator()(YR_RULES* rules) const { yr_rules_destroy(rules); }

bool is_allowed_module(std::string_view name) { return why_not_allowed(name).empty(); }

std::string_view why_not_allowed(std::string_view name) {
  for (const Module& module : kModules)
    if (module.name == name) return module.why_not;
  return "is not known to libyara " YR_VERSION ".";
}

Check check_text(const std::string& text) {
  Check check;
  const Compiler compiler = make_compiler(check.complaints);
  if (yr_compiler_add_string(compiler.get(), text.c_str(), nullptr) > 0) {
    if (check.complaints.empty()) throw std::bad_alloc();  // all else is said
    return check;
  }
  check.rules_count = compiler->next_rule_idx;
  check.states_count = states_of(*compiler->automaton);
  return check;
}

Result<CompiledRules> compile_texts(const std::vector<std::string>& texts) {
  std::vector<Complaint> complaints;
  const Compiler compiler = make_compiler(complaints);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (yr_compiler_add_string(compiler.get(), texts[i].c_str(), fmt::format("{}", i).c_str()) == 0)
      continue;
    if (complaints.empty()) throw std::bad_alloc();
    return Error{ErrorCode::kUnsupported,
                 fmt::format("libyara took a YARA rule alone but not among others: {}",
                             complaints.front().what),
                 "Leave out the rule files added last."};
  }
  YR_RULES* rules = nullptr;
  if (yr_compiler_get_rules(compiler.get(), &rules) != ERROR_SUCCESS) throw std::bad_alloc();
  return CompiledRules(rules);
}

}  // namespace pugmark::yara
