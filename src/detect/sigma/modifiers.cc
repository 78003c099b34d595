#include "detect/sigma/modifiers.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"

namespace pugmark::sigma {
namespace {

// How a modifier takes part in a chain.
enum class Role : std::uint8_t {
  kAll,
  kNeq,
  kCased,
  kExpand,
  kStep,
  kFlag,
  kFamily,   // decides the family and must stand first
  kCompare,  // family kCompare if first, an operator behind a time part
};

struct Modifier {
  std::string_view name;
  Role role;
  int detail;  // TextStep, Family, CompareOp, TimePart or flag letter, by role
};

template <class T>
constexpr int number_of(T value) {
  return static_cast<int>(value);
}

// Time parts are families of their own kind: detail is kTimeBase + TimePart.
constexpr int kTimeBase = 100;

constexpr std::array kModifiers = {
    Modifier{"contains", Role::kStep, number_of(TextStep::kContains)},
    Modifier{"startswith", Role::kStep, number_of(TextStep::kStartsWith)},
    Modifier{"endswith", Role::kStep, number_of(TextStep::kEndsWith)},
    Modifier{"all", Role::kAll, 0},
    Modifier{"re", Role::kFamily, number_of(Family::kRegex)},
    Modifier{"i", Role::kFlag, 'i'},
    Modifier{"ignorecase", Role::kFlag, 'i'},
    Modifier{"m", Role::kFlag, 'm'},
    Modifier{"multiline", Role::kFlag, 'm'},
    Modifier{"s", Role::kFlag, 's'},
    Modifier{"dotall", Role::kFlag, 's'},
    Modifier{"windash", Role::kStep, number_of(TextStep::kWindash)},
    Modifier{"cidr", Role::kFamily, number_of(Family::kCidr)},
    Modifier{"base64", Role::kStep, number_of(TextStep::kBase64)},
    Modifier{"base64offset", Role::kStep, number_of(TextStep::kBase64Offset)},
    Modifier{"wide", Role::kStep, number_of(TextStep::kUtf16Little)},
    Modifier{"utf16le", Role::kStep, number_of(TextStep::kUtf16Little)},
    Modifier{"utf16be", Role::kStep, number_of(TextStep::kUtf16Big)},
    Modifier{"utf16", Role::kStep, number_of(TextStep::kUtf16Bom)},
    Modifier{"cased", Role::kCased, 0},
    Modifier{"exists", Role::kFamily, number_of(Family::kExists)},
    Modifier{"expand", Role::kExpand, 0},
    Modifier{"fieldref", Role::kFamily, number_of(Family::kFieldRef)},
    Modifier{"neq", Role::kNeq, 0},
    Modifier{"gt", Role::kCompare, number_of(CompareOp::kGreater)},
    Modifier{"gte", Role::kCompare, number_of(CompareOp::kGreaterEqual)},
    Modifier{"lt", Role::kCompare, number_of(CompareOp::kLess)},
    Modifier{"lte", Role::kCompare, number_of(CompareOp::kLessEqual)},
    Modifier{"minute", Role::kFamily, kTimeBase + number_of(TimePart::kMinute)},
    Modifier{"hour", Role::kFamily, kTimeBase + number_of(TimePart::kHour)},
    Modifier{"day", Role::kFamily, kTimeBase + number_of(TimePart::kDay)},
    Modifier{"week", Role::kFamily, kTimeBase + number_of(TimePart::kWeek)},
    Modifier{"month", Role::kFamily, kTimeBase + number_of(TimePart::kMonth)},
    Modifier{"year", Role::kFamily, kTimeBase + number_of(TimePart::kYear)},
};

const Modifier* find_modifier(std::string_view name) {
  for (const Modifier& modifier : kModifiers) {
    if (modifier.name == name) return &modifier;
  }
  return nullptr;
}

std::string all_names() {
  std::string names;
  for (const Modifier& modifier : kModifiers) {
    names += names.empty() ? "" : " ";
    names += modifier.name;
  }
  return names;
}

bool unknown(std::string_view name, std::uint32_t line, Fault& fault) {
  return fail(fault, line, fmt::format("The modifier '{}' is unknown.", escaped(name)),
              fmt::format("Use one of: {}.", all_names()));
}

// Adds one modifier to the chain; `values_before` counts those in front that concern the value.
class ChainBuilder {
 public:
  ChainBuilder(Chain& chain, std::uint32_t line, Fault& fault)
      : chain_(chain), line_(line), fault_(fault) {}

  bool add(const Modifier& modifier) {
    const bool first = values_before_ == 0;
    if (modifier.role != Role::kAll && modifier.role != Role::kNeq) ++values_before_;
    switch (modifier.role) {
      case Role::kAll:
        chain_.all = true;
        return true;
      case Role::kNeq:
        chain_.neq = true;
        return true;
      case Role::kCased:
        chain_.cased = true;
        return is({Family::kText, Family::kFieldRef}) || refuse(modifier);
      case Role::kExpand:
        chain_.expand = true;
        return is({Family::kText}) || refuse(modifier);
      case Role::kStep:
        return add_step(modifier);
      case Role::kFlag:
        return add_flag(modifier);
      case Role::kFamily:
        return first ? set_family(modifier) : not_first(modifier);
      case Role::kCompare:
        return add_compare(modifier, first);
    }
    return false;
  }

  bool finish() {
    if (chain_.family == Family::kExists && (chain_.all || chain_.neq)) {
      return fail(fault_, line_, "The modifier 'exists' stands together with another one.",
                  "Write 'exists' alone; negate with 'exists: false'.");
    }
    return true;
  }

 private:
  bool is(std::initializer_list<Family> families) const {
    return std::find(families.begin(), families.end(), chain_.family) != families.end();
  }
  bool refuse(const Modifier& modifier) {
    return fail(
        fault_, line_,
        fmt::format("The modifier '{}' cannot follow in '{}'.", modifier.name, chain_.modifiers),
        "Remove it, or change the modifier that stands first.");
  }
  bool not_first(const Modifier& modifier) {
    return fail(
        fault_, line_,
        fmt::format("The modifier '{}' stands behind another one in '{}'; it must be the first.",
                    modifier.name, chain_.modifiers),
        fmt::format("Write '{}|{}'.", chain_.field, modifier.name));
  }
  bool set_family(const Modifier& modifier) {
    if (modifier.detail >= kTimeBase) {
      chain_.family = Family::kTime;
      chain_.time_part = static_cast<TimePart>(modifier.detail - kTimeBase);
    } else {
      chain_.family = static_cast<Family>(modifier.detail);
    }
    return true;
  }
  bool add_step(const Modifier& modifier) {
    const auto step = static_cast<TextStep>(modifier.detail);
    const bool place =
        step == TextStep::kContains || step == TextStep::kStartsWith || step == TextStep::kEndsWith;
    if (!is({Family::kText}) && !(place && is({Family::kRegex, Family::kFieldRef}))) {
      return refuse(modifier);
    }
    chain_.steps.push_back(step);
    return true;
  }
  bool add_flag(const Modifier& modifier) {
    if (chain_.family != Family::kRegex) {
      return fail(fault_, line_,
                  fmt::format("The flag '{}' does not follow 're' in '{}'.", modifier.name,
                              chain_.modifiers),
                  fmt::format("Write '{}|re|{}'.", chain_.field, modifier.name));
    }
    chain_.regex_i |= modifier.detail == 'i';
    chain_.regex_m |= modifier.detail == 'm';
    chain_.regex_s |= modifier.detail == 's';
    return true;
  }
  bool add_compare(const Modifier& modifier, bool first) {
    if (first) {
      chain_.family = Family::kCompare;
    } else if (chain_.family != Family::kTime || chain_.compare != CompareOp::kEqual) {
      return refuse(modifier);
    }
    chain_.compare = static_cast<CompareOp>(modifier.detail);
    return true;
  }

  Chain& chain_;
  std::uint32_t line_;
  Fault& fault_;
  std::size_t values_before_ = 0;
};

}  // namespace

bool parse_chain(std::string_view key, std::uint32_t line, Chain& chain, Fault& fault) {
  const std::size_t bar = key.find('|');
  chain.field = key.substr(0, bar);
  if (bar == std::string_view::npos) return true;
  std::string_view rest = key.substr(bar + 1);
  chain.modifiers = rest;
  ChainBuilder builder(chain, line, fault);
  for (;;) {
    const std::size_t end = rest.find('|');
    const std::string_view name = rest.substr(0, end);
    const Modifier* modifier = find_modifier(name);
    if (modifier == nullptr) return unknown(name, line, fault);
    if (!builder.add(*modifier)) return false;
    if (end == std::string_view::npos) return builder.finish();
    rest.remove_prefix(end + 1);
  }
}

}  // namespace pugmark::sigma
