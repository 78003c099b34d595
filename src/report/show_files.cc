#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>

#include "base/text.h"
#include "report/json.h"
#include "report/no_match.h"
#include "report/show.h"
#include "report/words.h"

namespace pugmark {
namespace {

constexpr std::size_t kIndent = 4;      // of steps below their file
constexpr std::size_t kStepsShown = 8;  // of one file in a table; JSON lines have all
constexpr std::size_t kKindColumns = 15;
constexpr std::size_t kKeyColumns = 16;
constexpr std::size_t kPathColumnsMin = 16;
constexpr std::size_t kTimeColumns = 19;
constexpr std::size_t kWideColumns = 100;

std::string time_of(std::int64_t time_ns, const FileAttributes& attributes) {
  if (time_ns == FileAttributes::kNoTime) return {};
  return format_time(TimeUtc{time_ns}, attributes.precision);
}

std::string owner_of(const FileAttributes& attributes) {
  if (attributes.owner_name != nullptr) return *attributes.owner_name;
  if (attributes.owner_id == FileAttributes::kNoOwner) return {};
  return std::to_string(attributes.owner_id);
}

std::string step_json(const FileStep& step) {
  JsonObject object;
  object.text("role", to_string(step.role)).text("what", step.what).text("text", step.text);
  object.number("offset", step.offset_bytes).number("length", step.length_bytes);
  return object.number("layer", step.layer).str();
}

std::string file_json(const ExaminedFile& file) {
  std::vector<std::string> steps;
  for (const FileStep& step : file.steps) steps.push_back(step_json(step));
  const FileAttributes& attributes = file.attributes;
  JsonObject object;
  object.text("path", file.path);
  object.text_or_null("sha256", file.sha256 ? to_hex(*file.sha256) : "");
  object.text_or_null("language", file.language).text("verdict", to_string(file.verdict));
  object.text_or_null("kind", to_string(file.kind));
  if (file.score) {
    object.raw("score", fmt::format("{}", *file.score));
  } else {
    object.null("score");
  }
  object.text_or_null("key", file.key).list("rules", file.rules);
  object.raw("steps", json_list(steps)).number("size", file.size_bytes);
  object.text_or_null("md5", file.md5).text_or_null("sha1", file.sha1);
  object.text_or_null("encoding", file.encoding);
  object.text_or_null("modified", time_of(attributes.modified_ns, attributes));
  object.text_or_null("created", time_of(attributes.created_ns, attributes));
  object.text_or_null("accessed", time_of(attributes.accessed_ns, attributes));
  object.text_or_null("owner", owner_of(attributes));
  object.text_or_null("changed", time_of(attributes.changed_ns, attributes));
  object.text_or_null("attributes_from", to_string(attributes.source));
  object.text_or_null("mode", attributes.mode == FileAttributes::kNoMode
                                  ? ""
                                  : fmt::format("{:04o}", attributes.mode));
  return object.number("unlisted_steps", file.unlisted_steps_count).str();
}

// The list for people: a line for each file, and below it why.
class FileList {
 public:
  FileList(const Look& look, Output& out) : look_(look), out_(out) {}

  void add(const ExaminedFile& file) {
    if (!has_heading_) heading();
    const FileAttributes& attributes = file.attributes;
    const bool has_time = attributes.modified_ns != FileAttributes::kNoTime;
    const std::string time =
        has_time ? table_time(TimeUtc{attributes.modified_ns}, TimePrecision::kSecond) : "";
    out_.line(row(verdict_word(file), padded(to_string(file.kind), kKindColumns),
                  padded(escaped(file.key), kKeyColumns), time, escaped(file.path)));
    std::span<const FileStep> steps =
        std::span(file.steps).first(std::min(file.steps.size(), kStepsShown));
    while (!steps.empty()) {
      const std::size_t count = alike_count(steps);
      add(steps.first(count));
      steps = steps.subspan(count);
    }
    note_left_out(file);
  }

 private:
  bool is_wide() const { return look_.width_columns == 0 || look_.width_columns >= kWideColumns; }

  void heading() {
    has_heading_ = true;
    out_.line(styled(row(padded("VERDICT", 10), padded("KIND", kKindColumns),
                         padded("KEY", kKeyColumns), "MODIFIED (UTC)", "PATH"),
                     kBold, look_));
  }

  std::string row(const std::string& verdict, const std::string& kind, const std::string& key,
                  const std::string& time, const std::string& path) const {
    const std::string when = is_wide() ? padded(time, kTimeColumns) + "  " : std::string();
    const std::string front = fmt::format("{}  {}  {}  {}", verdict, kind, key, when);
    const std::size_t taken = columns_of(front);
    // Of a path that is too long the end says more.
    const bool fits = look_.width_columns == 0 || taken + kPathColumnsMin > look_.width_columns;
    return front + (fits ? path : cut_start(path, look_.width_columns - taken));
  }

  std::string verdict_word(const ExaminedFile& file) const {
    return styled(padded(to_string(file.verdict), 10), style_of(file.verdict), look_);
  }

  // Steps that the table leaves out are in the JSON lines; those that the case leaves out nowhere.
  void note_left_out(const ExaminedFile& file) {
    std::string text;
    if (file.steps.size() > kStepsShown)
      text =
          fmt::format("and {} with --jsonl", counted(file.steps.size() - kStepsShown, "more step"));
    if (file.unlisted_steps_count > 0)
      text += fmt::format("{}{} beyond the limit file-steps only counted", text.empty() ? "" : "; ",
                          counted(file.unlisted_steps_count, "step"));
    if (text.empty()) return;
    out_.line(styled(fmt::format("{:{}}{}", "", kIndent, text), kDim, look_));
  }

  // Signs of one kind that follow each other, and stand somewhere, are one line.
  static std::size_t alike_count(std::span<const FileStep> steps) {
    const FileStep& first = steps.front();
    std::size_t count = 1;
    if (first.role != FileStep::Role::kSign || first.text.empty()) return count;
    while (count < steps.size() && steps[count].role == first.role &&
           steps[count].what == first.what && !steps[count].text.empty() &&
           steps[count].length_bytes > 0)
      ++count;
    return count;
  }

  // Never cut without a terminal.
  std::string padded(std::string_view text, std::size_t columns) const {
    const std::string shown = look_.width_columns == 0 ? std::string(text) : cut_end(text, columns);
    return shown + std::string(columns - std::min(columns, columns_of(shown)), ' ');
  }

  // The place is that of the first.
  void add(std::span<const FileStep> alike) {
    const FileStep& step = alike.front();
    std::string words = escaped(step.what);
    if (!step.text.empty()) words += ": " + escaped(step.text);
    for (const FileStep& other : alike.subspan(1))
      words += fmt::format(" | {} (byte {})", escaped(other.text), grouped(other.offset_bytes));
    const std::string front = fmt::format("{:{}}{:<9}", "", kIndent, to_string(step.role));
    const std::string place = step.length_bytes == 0
                                  ? std::string(13, ' ')
                                  : fmt::format("byte {:<8}", grouped(step.offset_bytes));
    const std::size_t indent = front.size() + place.size() + 2;
    // A word longer than a line is not wrapped: of such a text a line must do.
    const std::string shown = wrapped(words, look_.width_columns, indent);
    const bool fits =
        look_.width_columns == 0 || !has_long_word(words, look_.width_columns - indent);
    out_.line(front + place + "  " + (fits ? shown : cut_end(words, look_.width_columns - indent)));
  }

  static bool has_long_word(std::string_view text, std::size_t columns) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      if (columns_of(text.substr(0, end)) > columns) return true;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
  }

  const Look& look_;
  Output& out_;
  bool has_heading_ = false;
};

// How many there are of each verdict, by what a list shows.
struct Counts {
  std::array<std::uint64_t, 3> all{};
  std::uint64_t total() const { return all[0] + all[1] + all[2]; }
  std::uint64_t of(FileVerdict verdict) const { return all[static_cast<std::size_t>(verdict)]; }
};

void print_counts(const Counts& counts, bool lists_clean, const ShowOptions& options, Output& out) {
  if (counts.total() == 0) {
    out.line("This case has no files that are no logs.");
    return;
  }
  std::string text = file_counts_words(counts.total(), counts.of(FileVerdict::kMalicious),
                                       counts.of(FileVerdict::kSuspicious));
  if (!lists_clean && counts.of(FileVerdict::kClean) > 0) {
    text += fmt::format(". {} clean ones are not listed: pugmark show {} files --verdict clean",
                        grouped(counts.of(FileVerdict::kClean)),
                        escaped(shell_word(options.case_path)));
  }
  out.line(wrapped(text, options.look.width_columns, 0));
}

}  // namespace

std::string file_counts_words(std::uint64_t total, std::uint64_t malicious,
                              std::uint64_t suspicious) {
  if (malicious + suspicious == 0)
    return fmt::format("{} examined: none malicious, none suspicious", counted(total, "file"));
  return fmt::format("{} examined: {} malicious, {} suspicious", counted(total, "file"),
                     grouped(malicious), grouped(suspicious));
}

Status show_files(const CaseReader& reader, const ShowOptions& options, Output& out) {
  const Filter& filter = options.filter;
  const FileVerdict lowest =
      filter.verdict_min.value_or(options.jsonl ? FileVerdict::kClean : FileVerdict::kSuspicious);
  RowLimit limit(filter.limit);
  FileList list(options.look, out);
  Counts counts;
  std::uint64_t passed = 0;
  std::uint64_t total = 0;
  const Status status = reader.files([&](const ExaminedFile& file) {
    ++total;
    if (file.path.find(filter.item) == std::string::npos) return true;
    ++counts.all[static_cast<std::size_t>(file.verdict)];
    if (file.verdict < lowest) return true;
    ++passed;
    if (!limit.take()) return !options.jsonl;  // a table counts them all
    if (options.jsonl) {
      out.line(file_json(file));
    } else {
      list.add(file);
    }
    return !out.failed();
  });
  if (!status.ok() || options.jsonl) return status;
  if (counts.total() == 0 && total > 0) {
    out.line(wrapped(none_passes(total, "file", "files", filter), options.look.width_columns, 0));
    return {};
  }
  if (passed > 0) out.line();
  print_counts(counts, lowest == FileVerdict::kClean, options, out);
  return {};
}

}  // namespace pugmark
