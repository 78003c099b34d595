#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "detect/script/flow/folds.h"
#include "detect/script/flow/value.h"
#include "detect/script/language.h"

namespace pugmark::script {

// What is done with a value that matters.
enum class SinkKind : std::uint8_t {
  kNone,
  kEvaluate,     // runs it as code: eval, Execute, Assembly.Load, defineClass
  kCommand,      // runs it as a command or starts it as a process
  kCall,         // calls the function that it names
  kReflect,      // makes or reaches the class or member that it names
  kInclude,      // runs the file that it names
  kDeserialise,  // makes objects of it
  kWriteFile,    // writes it, or to a file that it names
  kUpload,       // keeps an uploaded file under a name that it gives
  kReadFile,     // reads the file that it names
  kListFolder,   // lists the folder that it names
  kChangeFile,   // deletes, moves, copies, sets times or rights of the file that it names
  kDatabase,     // asks a database what it says
  kConnect,      // connects to where it says, sends it on
  kSend,         // sends it to the client
  kMail,
  kSystem,  // reads or changes what is the system's: registry, accounts, processes, memory
};
inline constexpr std::size_t kSinkKindsCount = 17;
std::string_view to_string(SinkKind kind);  // "evaluated", "run as a command", ... : for reasons

// Arguments as bits: 0 to 13; the object a method is called on; all of them.
using Arguments = std::uint16_t;
inline constexpr Arguments kReceiver = 1U << 14U;
inline constexpr Arguments kAnyArgument = 0x3FFF;

// How a function calls another that it is given.
enum class Callback : std::uint8_t {
  kNone,
  kWithRest,            // f(function, a, b): function(a, b)
  kWithArray,           // f(function, [a, b])
  kFirstWithElements,   // f(function, array...): function(each element)
  kLastWithElements,    // f(array..., function)
  kSecondWithElements,  // f(array, function)
  kWithNothing,         // f(function)
  kSecondWithThird,     // f(pattern, function, text): function([text])
};

// What is known of a function, method or property of a language or its libraries.
struct Effect {
  std::string_view name;  // lower case: "eval", "process.start", ".getmethod" (of any type),
                          // ".filename=" (the property is set)
  SinkKind sink = SinkKind::kNone;
  Arguments arguments = 0;  // that reach the sink
  Origins origins = 0;      // of the result, by itself
  Fold fold = Fold::kNone;  // how the result of constants is found
  Callback callback = Callback::kNone;
  std::string_view type = {};  // of the result: "request", "process"
  bool is_clean = false;       // nothing of the arguments is in the result
  bool names_source = false;   // its first argument names what of the request is read
  int fills = -1;              // the argument that it assigns what it found to
};

// The languages that share libraries.
enum class Family : std::uint8_t { kPhp, kAsp, kDotNet, kJava, kCfml, kPerl, kPython };
Family family_of(PageKind kind);

// Every effect of a family.
std::span<const Effect> effects_of(Family family);

// The effect of that name (lower case), or nullptr. Thread-safe; constant time.
const Effect* find_effect(Family family, std::string_view name);

// An effect whose name ends with that method's (lower case), whatever the type; one that reaches a
// sink if there is such a one. For .NET those of ASP's objects count too. nullptr if there is none.
const Effect* find_method(Family family, std::string_view name);

// Whether some effect is of that type (lower case): "response" has "response.write".
bool is_known_type(Family family, std::string_view type);

// What a type is called in the tables: "httpservletrequest" is "request". `type` in lower case;
// itself if it has no other name.
std::string_view canonical_type(std::string_view type);

}  // namespace pugmark::script
