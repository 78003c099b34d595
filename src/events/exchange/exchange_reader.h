#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "events/reader.h"

namespace pugmark::exchange {

// True if `head` has the header block of an Exchange text log, or a plain header line of one.
bool is_exchange_log(Bytes head);

// Reader of Exchange logs in comma-separated values (docs/formats/exchange.md). Item type
// "exchange".
std::unique_ptr<Reader> make_exchange_reader(std::string_view path, const ReaderOptions& options);

// True if the lines of `head` are those of the OAB generator.
bool is_oab_generator_log(Bytes head);

// Reader of the plain lines of the OAB generator. Item type "exchange".
std::unique_ptr<Reader> make_oab_generator_reader(const ReaderOptions& options);

}  // namespace pugmark::exchange
