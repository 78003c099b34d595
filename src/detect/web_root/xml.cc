#include "detect/web_root/xml.h"

#include <algorithm>
#include <expat.h>
#include <memory>
#include <type_traits>

#include "base/text.h"

namespace pugmark::web_root {
namespace {

struct ParserDeleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserDeleter>;

struct Reading {
  XML_Parser parser = nullptr;
  std::uint64_t depth = 0;
  std::uint64_t depth_max = 0;
  XmlElement element;
  XmlEnd end;
  const std::function<void(const XmlElement&)>* begin_element = nullptr;
  const std::function<void(std::string_view)>* end_element = nullptr;

  void stop(XmlEnd::Kind kind) {
    if (end.kind != XmlEnd::Kind::kWhole) return;
    end.kind = kind;
    end.offset_bytes = static_cast<std::uint64_t>(XML_GetCurrentByteIndex(parser));
    XML_StopParser(parser, XML_FALSE);
  }
};

Reading& of(void* data) { return *static_cast<Reading*>(data); }

void on_begin(void* data, const XML_Char* name, const XML_Char** attributes) {
  Reading& reading = of(data);
  if (++reading.depth > reading.depth_max) {
    reading.stop(XmlEnd::Kind::kTooDeep);
    return;
  }
  XmlElement& element = reading.element;
  element.name = name;
  element.attributes.clear();
  for (; attributes[0] != nullptr; attributes += 2)
    element.attributes.emplace_back(attributes[0], attributes[1]);
  element.offset_bytes = static_cast<std::uint64_t>(XML_GetCurrentByteIndex(reading.parser));
  element.length_bytes = static_cast<std::uint64_t>(XML_GetCurrentByteCount(reading.parser));
  (*reading.begin_element)(element);
}

void on_end(void* data, const XML_Char* name) {
  Reading& reading = of(data);
  --reading.depth;
  (*reading.end_element)(name);
}

void on_entity(void* data, const XML_Char* /*name*/, int /*is_parameter*/,
               const XML_Char* /*value*/, int /*length*/, const XML_Char* /*base*/,
               const XML_Char* /*system*/, const XML_Char* /*open*/, const XML_Char* /*notation*/) {
  of(data).stop(XmlEnd::Kind::kEntities);
}

// Code pages of Windows: what configuration says in names and paths that rules look at is ASCII,
// the rest is shown as the code points of the same number.
int on_encoding(void* /*data*/, const XML_Char* name, XML_Encoding* encoding) {
  const std::string lower = ascii_lower(name);
  if (!lower.starts_with("windows-") && !lower.starts_with("iso-8859-")) return XML_STATUS_ERROR;
  for (int i = 0; i < 256; ++i) encoding->map[i] = i;
  encoding->data = nullptr;
  encoding->convert = nullptr;
  encoding->release = nullptr;
  return XML_STATUS_OK;
}

// What the bytes show counts more than what the document says of itself.
const char* encoding_name(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf16Le:
    case TextEncoding::kUtf16Be:
      return "UTF-16";
    case TextEncoding::kEightBit:
      return "ISO-8859-1";
    case TextEncoding::kNone:
    case TextEncoding::kAscii:
    case TextEncoding::kUtf8:
    case TextEncoding::kUtf8Marked:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

std::string_view XmlElement::attribute(std::string_view sought) const {
  for (const auto& [name_of, value] : attributes) {
    if (equal_ascii_nocase(name_of, sought)) return value;
  }
  return {};
}

XmlEnd read_xml(Bytes bytes, TextEncoding encoding, std::uint64_t depth_max,
                const std::function<void(const XmlElement&)>& begin,
                const std::function<void(std::string_view name)>& end) {
  const Parser parser(XML_ParserCreate(encoding_name(encoding)));
  Reading reading;
  if (parser == nullptr) {
    reading.end = {XmlEnd::Kind::kDamaged, 0, "no memory"};
    return reading.end;
  }
  reading.parser = parser.get();
  reading.depth_max = depth_max;
  reading.begin_element = &begin;
  reading.end_element = &end;
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_begin, on_end);
  XML_SetEntityDeclHandler(parser.get(), on_entity);
  XML_SetUnknownEncodingHandler(parser.get(), on_encoding, nullptr);
  const std::string_view text = as_text(bytes);
  // A window of a file has at most 10^9 bytes, so an int holds them.
  const XML_Status status =
      XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (status != XML_STATUS_OK && reading.end.kind == XmlEnd::Kind::kWhole) {
    reading.end.kind = XmlEnd::Kind::kDamaged;
    reading.end.why = XML_ErrorString(XML_GetErrorCode(parser.get()));
    reading.end.offset_bytes =
        static_cast<std::uint64_t>(std::max<XML_Index>(0, XML_GetCurrentByteIndex(parser.get())));
  }
  return reading.end;
}

}  // namespace pugmark::web_root
