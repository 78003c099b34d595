#pragma once

#include "detect/script/flow/effects.h"

// How the tables of effects are written: one row a function.
namespace pugmark::script::rows {

constexpr Arguments arg(unsigned number) { return static_cast<Arguments>(1U << number); }

// Its result is computed if it can be; otherwise it is made of the arguments.
constexpr Effect folds(std::string_view name, Fold fold) {
  Effect effect{name};
  effect.fold = fold;
  return effect;
}
// Likewise, and it decodes or deciphers.
constexpr Effect decodes(std::string_view name, Fold fold = Fold::kNone) {
  Effect effect = folds(name, fold);
  effect.origins = kDecoded;
  return effect;
}
// What comes out can no longer carry what was put in: escaped, a number, a digest.
constexpr Effect checks(std::string_view name, Fold fold = Fold::kNone) {
  Effect effect = folds(name, fold);
  effect.origins = kChecked;
  return effect;
}
// Nothing of the arguments is in the result, which does not matter.
constexpr Effect clean(std::string_view name, std::string_view type = {}) {
  Effect effect{name};
  effect.is_clean = true;
  effect.type = type;
  return effect;
}
constexpr Effect passes(std::string_view name, std::string_view type = {}) {
  Effect effect{name};
  effect.type = type;
  return effect;
}
constexpr Effect source(std::string_view name, Origins origins, std::string_view type = {}) {
  Effect effect{name};
  effect.origins = origins;
  effect.is_clean = true;
  effect.type = type;
  return effect;
}
// A source whose first argument names what of it is read.
constexpr Effect named(std::string_view name, Origins origins) {
  Effect effect = source(name, origins);
  effect.names_source = true;
  return effect;
}
constexpr Effect sink(std::string_view name, SinkKind kind, Arguments arguments = kAnyArgument,
                      Origins origins = 0, std::string_view type = {}) {
  Effect effect{name};
  effect.sink = kind;
  effect.arguments = arguments;
  effect.origins = origins;
  effect.type = type;
  return effect;
}
// What it finds in its arguments it assigns to one of them.
constexpr Effect fills(std::string_view name, int argument, SinkKind kind = SinkKind::kNone,
                       Arguments arguments = 0, Origins origins = 0) {
  Effect effect = sink(name, kind, arguments, origins);
  effect.fills = argument;
  return effect;
}
// Keeps the file that the request brings under the name that the argument has.
constexpr Effect uploads(std::string_view name) {
  Effect effect{name};
  effect.sink = SinkKind::kUpload;
  effect.arguments = arg(0);
  effect.origins = kFromUpload;
  effect.names_source = true;
  return effect;
}
constexpr Effect calls(std::string_view name, Callback callback) {
  Effect effect{name};
  effect.callback = callback;
  return effect;
}

}  // namespace pugmark::script::rows
