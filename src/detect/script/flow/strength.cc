#include "detect/script/flow/strength.h"

namespace pugmark::script {
namespace {

constexpr int kFetchedPageStrength = 60;

// Of a flow from a request, by what is done with it.
int strength_of_sink(SinkKind sink) {
  switch (sink) {
    case SinkKind::kEvaluate:
      return 100;
    case SinkKind::kCommand:
      return 95;
    case SinkKind::kCall:
      return 85;
    case SinkKind::kDeserialise:
      return 60;
    case SinkKind::kUpload:
      return 55;
    case SinkKind::kReflect:
      return 55;
    case SinkKind::kWriteFile:
      return 50;
    case SinkKind::kInclude:
      return 50;
    case SinkKind::kChangeFile:
      return 40;
    case SinkKind::kListFolder:
      return 35;
    case SinkKind::kConnect:
      return 35;
    case SinkKind::kReadFile:
      return 30;
    case SinkKind::kDatabase:
      return 25;
    case SinkKind::kSystem:
      return 25;
    case SinkKind::kMail:
      return 15;
    case SinkKind::kSend:
    case SinkKind::kNone:
      return 0;
  }
  return 0;
}

}  // namespace

int strength_of(const Flow& flow) {
  // Who plants a backdoor is one, nearly.
  if (flow.carries > 0) return flow.carries * 9 / 10;
  int strength = strength_of_sink(flow.sink);
  if (flow.is_constant || flow.origins == 0) return strength / 20;
  // Whoever fetches a page from elsewhere plants what is there.
  if (flow.is_page && flow.sink == SinkKind::kWriteFile && (flow.origins & kFromNetwork) != 0)
    return kFetchedPageStrength;
  if ((flow.origins & kFromOutside) == 0) {
    const bool is_fetched = (flow.origins & (kFromNetwork | kFromSession | kFromFile)) != 0;
    return is_fetched ? strength / 3 : strength / 10;
  }
  if ((flow.origins & (kFromRequest | kFromUpload)) == 0) strength -= strength / 10;
  if ((flow.origins & kThroughUnknown) != 0) strength /= 2;
  if (!flow.is_sure) strength = strength * 2 / 3;
  return strength;
}

}  // namespace pugmark::script
