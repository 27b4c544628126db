// Where a bundle goes, and what is said about it.
#pragma once

#include <filesystem>
#include <string>

#include "client/files/artifact.h"
#include "client/requests/signature.h"
#include "client/terminal/report.h"

namespace chancery::client {

// "-" is standard output.
using Output = std::filesystem::path;
inline bool is_standard_output(const Output& output) { return output == "-"; }

// As named, else FILE.sigstore.json; what has no file name goes to standard output.
Output output_for(const std::string& named, const Artifact& artifact);

// What can be said before anything is signed. Errors: those of check_replaceable.
Result<void> check_output(const Output& output);

// Writes to the file, or to standard output with a newline. Errors: those of
// replace_file.
Result<void> write_output(const Output& output, std::string_view text);

// What was asked for, in the user's words.
struct Signed {
  std::string name;
  std::string digest;  // "sha256:HEX"; empty for a statement
  std::string idempotency_key;
  Output output;
};

// Writes the bundle and says what was signed with what, and where it is recorded; or says what
// went wrong.
ExitStatus deliver(Style style, const Signed& what, const Result<Signature>& outcome);

}  // namespace chancery::client
