// What the commands about attestations are given.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/x509/certificate.h"

namespace chancery::client {

// The 32 bytes that a verifier asks to have answered; nothing where it is no such hex.
std::optional<Bytes> read_challenge(const std::string& hex);
std::string challenge_wanted();

// Authorities of TPM makers, PEM. Errors: those of read_file and read_chain, with the file's name.
Result<std::vector<Certificate>> load_anchors(const std::filesystem::path& path);

// Bytes that nobody can guess.
Bytes random_bytes(std::size_t count);

}  // namespace chancery::client
