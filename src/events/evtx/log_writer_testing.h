#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Writes Windows event logs: for tests and for made-up evidence, never for changing real logs.
// What it writes follows docs/formats/evtx.md: checksums, name and template tables included.
namespace pugmark::evtx::testing {

struct Element;
struct Fragment;

// One value of a template instance.
struct TypedValue {
  std::uint8_t type = 0;
  std::string bytes;
  std::shared_ptr<const Fragment> fragment;  // set: BinXML, written when its place is known
};

TypedValue null_value();
TypedValue string_value(std::string_view utf8);       // not terminated
TypedValue string_array(const std::vector<std::string>& utf8);
TypedValue raw_value(std::uint8_t type, std::string_view bytes);
template <class T>
TypedValue number_value(std::uint8_t type, T number) {
  std::string bytes(sizeof number, '\0');
  __builtin_memcpy(bytes.data(), &number, sizeof number);
  return {type, std::move(bytes), nullptr};
}
TypedValue binxml_value(Fragment fragment);

// A piece of an element's or attribute's content.
struct Piece {
  enum class Kind : std::uint8_t {
    kText,
    kValue,          // substitution
    kOptionalValue,  // optional substitution
    kElement,
    kCharRef,
    kEntityRef,
    kCData,
    kProcessingInstruction,
    kTypedText,      // a value text of another type than string
  };
  Kind kind = Kind::kText;
  std::string text;                        // kText, kCData, kEntityRef, target and data of a PI
  std::uint16_t number = 0;                // index of a value, or the character of a kCharRef
  std::uint8_t type = 0;                   // declared type of a value, type of kTypedText
  std::shared_ptr<const Element> element;  // kElement
};

Piece text(std::string_view utf8);
Piece value(std::uint16_t index, std::uint8_t type, bool optional = false);
Piece child(Element element);

struct Attribute {
  std::string name;
  std::vector<Piece> content;
};

struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Piece> content;
};

struct Template {
  std::array<std::uint8_t, 16> guid{};
  Element root;
};

// A template with values, or an element without a template.
struct Fragment {
  std::shared_ptr<const Template> definition;
  std::vector<TypedValue> values;
  std::optional<Element> element;
};

// Builds a log chunk by chunk. A record that does not fit begins a new chunk; one that does not
// fit an empty chunk is refused. One thread.
class LogWriter {
 public:
  explicit LogWriter(std::uint64_t first_record_id = 1);

  // Adds a record with the next number. False if it is larger than a chunk can hold.
  bool add(std::uint64_t filetime, const Fragment& fragment);

  // Ends the chunk in work, so that the next record begins a new one.
  void end_chunk();

  // The whole file. `dirty`: as a log copied while Windows had it open: the file header is one
  // chunk behind.
  std::string finish(bool dirty = false);

 private:
  struct Chunk {
    std::string bytes;  // grows; written from the header on
    std::uint64_t first_record_id = 0;
    std::size_t last_record_offset = 0;
    std::map<std::u16string, std::uint32_t> names;
    std::map<const Template*, std::uint32_t> definitions;
    std::vector<std::shared_ptr<const Template>> kept;  // keeps the addresses above alive
    std::array<std::uint32_t, 64> name_buckets{};
    std::array<std::uint32_t, 32> definition_buckets{};
  };

  void begin_chunk();
  void write_record(std::uint64_t filetime, const Fragment& fragment);
  void write_fragment(const Fragment& fragment);
  void write_instance(const Fragment& fragment);
  void write_definition(const std::shared_ptr<const Template>& definition);
  void write_element(const Element& element, bool with_dependency_id);
  void write_piece(const Piece& piece, bool with_dependency_id);
  void write_name(std::string_view name);
  void write_counted(std::string_view utf8);
  template <class T>
  void put(T number);
  template <class T>
  void patch(std::size_t at, T number);

  Chunk chunk_;
  std::string finished_;
  std::size_t chunks_count_ = 0;
  std::uint64_t next_record_id_ = 1;
};

// Makes the checksums of a whole file right again after its bytes were changed: file header, chunk
// headers and records, as far as the chunks' own offsets allow.
void fix_checksums(std::string& file);

// The template Windows itself uses for most events: System with its 18 values, then the value 18
// as BinXML (EventData or UserData).
std::shared_ptr<const Template> system_template();

// The values of system_template() for one event.
struct SystemValues {
  std::string provider = "Example-Provider";
  std::string channel = "Example/Operational";
  std::string computer = "server.example.org";
  std::uint16_t event_id = 1;
  std::uint64_t record_id = 1;
  std::uint64_t filetime = 132'600'000'000'000'000;
  std::uint8_t level = 4;
};
Fragment make_event(const SystemValues& system, TypedValue event_data);

// EventData with one Data element a name, values substituted in order.
std::shared_ptr<const Template> event_data_template(const std::vector<std::string>& names);

}  // namespace pugmark::evtx::testing
