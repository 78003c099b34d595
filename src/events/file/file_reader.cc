#include "events/file/file_reader.h"

#include <algorithm>
#include <utility>

namespace pugmark::file {
namespace {

constexpr std::size_t kLineEndSoughtBytes = std::size_t{64} << 10U;

class NoScratch final : public DecodeScratch {};

class FileReader final : public Reader {
 public:
  FileReader(std::shared_ptr<const FileContext> context, std::uint64_t window_bytes)
      : nature_(context->nature()),
        // Two: an even number, so that UTF-16 is never cut inside a unit.
        window_bytes_(static_cast<std::size_t>(
            std::clamp<std::uint64_t>(window_bytes, 2, kWindowBytesMax) & ~std::uint64_t{1})),
        is_examined_(is_examined(*context, window_bytes_)),
        context_(std::move(context)) {}

  std::string_view type() const override { return to_string(nature_.kind); }
  bool is_file() const override { return true; }

  Cut cut(Bytes available, std::uint64_t /*offset_bytes*/, bool at_end) override {
    if (!is_examined_) return {available.size(), context_};
    if (available.size() <= window_bytes_) return {at_end ? available.size() : 0, context_};
    return {behind_last_line(available.first(window_bytes_)), context_};
  }

  std::unique_ptr<DecodeScratch> new_scratch() const override {
    return std::make_unique<NoScratch>();
  }

  // There are no events in it.
  void decode(const Block& /*block*/, DecodeScratch& /*scratch*/,
              EventBatch& /*batch*/) const override {}

  std::size_t max_pending_bytes() const override { return window_bytes_ + 1; }

 private:
  static constexpr std::uint64_t kWindowBytesMax = 1'000'000'000;

  static bool is_examined(const FileContext& context, std::size_t window_bytes) {
    const FileKind kind = context.nature().kind;
    const bool is_large = context.stated_size_bytes().value_or(0) > window_bytes;
    return kind != FileKind::kUnknown && (kind != FileKind::kText || !is_large);
  }

  std::size_t behind_last_line(Bytes window) const {
    const std::size_t sought = std::min(kLineEndSoughtBytes, window.size() / 2);
    const std::size_t found = as_text(window).substr(window.size() - sought).rfind('\n');
    if (found == std::string_view::npos) return window.size();
    const std::size_t behind = window.size() - sought + found + 1;
    const bool is_utf16 =
        nature_.encoding == TextEncoding::kUtf16Le || nature_.encoding == TextEncoding::kUtf16Be;
    return is_utf16 ? behind + behind % 2 : behind;
  }

  FileNature nature_;
  std::size_t window_bytes_;
  bool is_examined_;
  std::shared_ptr<const FileContext> context_;
};

}  // namespace

std::unique_ptr<Reader> make_file_reader(std::shared_ptr<const FileContext> context,
                                         const ReaderOptions& options) {
  return std::make_unique<FileReader>(std::move(context), options.limits->file_window_bytes);
}

}  // namespace pugmark::file
