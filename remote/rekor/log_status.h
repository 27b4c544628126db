// What a log's HTTP status means for the entry that it was sent.
#pragma once

#include "remote/http/http.h"

namespace chancery::remote {

// Of an answer that neither records (200, 201) nor conflicts (409). Codes as LogAdded says.
Error failure_of(const HttpAnswer& answer, std::string_view url);

// The first words of a body, safe in a message.
std::string excerpt(std::string_view body);

}  // namespace chancery::remote
