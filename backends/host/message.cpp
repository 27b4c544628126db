#include "backends/host/message.h"

#include <algorithm>
#include <array>

#include "core/base/limits/key_hosts.h"

namespace chancery::host {
namespace {

enum class Kind : std::uint8_t {
  open = 1,
  sign = 2,
  probe = 3,
  key = 16,
  opened = 17,
  open_failed = 18,
  signature = 19,
  refused = 20,
  unusable_key = 21,
  probed = 22,
};

constexpr std::array error_codes{
    ErrorCode::invalid_request, ErrorCode::denied,      ErrorCode::not_found,
    ErrorCode::unsupported,     ErrorCode::unavailable, ErrorCode::outcome_unknown,
    ErrorCode::exhausted,       ErrorCode::corrupt,     ErrorCode::internal,
};

// Integers are little-endian, strings have a length of four bytes before them.
class Writer {
 public:
  explicit Writer(Kind kind) { number(static_cast<std::uint8_t>(kind)); }

  template <typename T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
      out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void flag(bool value) { number(static_cast<std::uint8_t>(value)); }
  void bytes(ByteView value) {
    number(static_cast<std::uint32_t>(value.size()));
    append(out_, value);
  }
  void text(std::string_view value) { bytes(as_bytes(value)); }
  void deadline(Deadline value) {
    const auto since = std::chrono::nanoseconds(value.when().time_since_epoch());
    number(static_cast<std::uint64_t>(since.count()));
  }
  void attestation(const KeyAttestation& value) {
    text(value.format);
    number(static_cast<std::uint32_t>(value.parts.size()));
    for (const auto& [name, content] : value.parts) {
      text(name);
      bytes(content);
    }
    number(static_cast<std::uint32_t>(value.certificates.size()));
    for (const Bytes& certificate : value.certificates) bytes(certificate);
  }
  void error(const Error& value) {
    number(static_cast<std::uint8_t>(value.code));
    text(value.reason);
    text(value.message);
  }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

// After the first thing that does not fit everything reads as zero; ask complete() at the end.
class Reader {
 public:
  explicit Reader(ByteView packet) : rest_(packet) {}

  template <typename T>
  T number() {
    T value = 0;
    const ByteView raw = take(sizeof value);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      value = static_cast<T>(value | static_cast<T>(static_cast<T>(raw[i]) << (8 * i)));
    }
    return value;
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    fits_ = fits_ && value <= 1;
    return value == 1;
  }
  Bytes bytes() { return to_bytes(take(number<std::uint32_t>())); }
  std::string text() { return to_text(take(number<std::uint32_t>())); }
  // At most `max` of something that is counted.
  std::size_t count(std::size_t max) {
    const auto value = number<std::uint32_t>();
    fits_ = fits_ && value <= max;
    return fits_ ? value : 0;
  }
  Deadline deadline() {
    const std::chrono::nanoseconds since(static_cast<std::int64_t>(number<std::uint64_t>()));
    return Deadline::at(Deadline::Clock::time_point(since));
  }
  Algorithm algorithm() {
    const auto value = algorithm_named(text());
    fits_ = fits_ && value.has_value();
    return value.value_or(Algorithm::ecdsa_p256_sha256);
  }
  KeyAttestation attestation() {
    KeyAttestation out;
    out.format = text();
    const std::size_t parts = count(limits::attestation_parts_max);
    for (std::size_t i = 0; i < parts; ++i) {
      std::string name = text();
      out.parts.push_back({std::move(name), bytes()});
    }
    const std::size_t certificates = count(limits::attestation_parts_max);
    for (std::size_t i = 0; i < certificates; ++i) out.certificates.push_back(bytes());
    return out;
  }
  Error error() {
    const auto code = static_cast<ErrorCode>(number<std::uint8_t>());
    fits_ = fits_ && std::find(error_codes.begin(), error_codes.end(), code) != error_codes.end();
    std::string reason = text();
    return {code, std::move(reason), text()};
  }
  void spoil() { fits_ = false; }
  bool complete() const { return fits_ && rest_.empty(); }

 private:
  ByteView take(std::size_t size) {
    fits_ = fits_ && size <= rest_.size();
    if (!fits_) return {};
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  ByteView rest_;
  bool fits_ = true;
};

Error malformed() { return corrupt("MESSAGE_MALFORMED", "a key host's message is malformed"); }

template <typename Message, typename T>
Result<Message> whole(const Reader& reader, T value) {
  if (!reader.complete()) return malformed();
  return Message(std::move(value));
}

// The task's place in its variant, from 1.
enum class TaskKind : std::uint8_t { none = 0, make = 1, remove = 2, attest = 3, activate = 4 };

std::optional<Task> read_task(Reader& reader) {
  const auto kind = static_cast<TaskKind>(reader.number<std::uint8_t>());
  if (kind == TaskKind::none) return std::nullopt;
  std::string name = reader.text();
  switch (kind) {
    case TaskKind::make:
      return KeyToMake{std::move(name), reader.algorithm()};
    case TaskKind::remove:
      return KeyToRemove{std::move(name)};
    case TaskKind::attest:
      return KeyToAttest{std::move(name), reader.bytes()};
    case TaskKind::activate:
      return CredentialToActivate{std::move(name), reader.bytes()};
    default:
      reader.spoil();
      return std::nullopt;
  }
}

Open read_open(Reader& reader) {
  Open open{reader.text(), {reader.text(), {}}, std::nullopt, reader.deadline()};
  open.config.may_make_missing = reader.flag();
  const std::size_t known_keys = reader.count(limits::keys_per_backend_max);
  for (std::size_t i = 0; i < known_keys; ++i) open.config.known_keys.insert(reader.text());
  const std::size_t options = reader.count(limits::backend_options_max);
  for (std::size_t i = 0; i < options; ++i) {
    std::string name = reader.text();
    open.config.options.emplace_back(std::move(name), reader.text());
  }
  open.task = read_task(reader);
  return open;
}

Sign read_sign(Reader& reader) {
  const auto id = reader.number<std::uint64_t>();
  const Deadline deadline = reader.deadline();
  std::string key_name = reader.text();
  return {id, deadline, std::move(key_name), reader.bytes()};
}

KeyInfo read_key(Reader& reader) {
  std::string name = reader.text();
  const Algorithm algorithm = reader.algorithm();
  return {std::move(name), algorithm, reader.bytes()};
}

UnusableKey read_unusable_key(Reader& reader) {
  std::string name = reader.text();
  return {std::move(name), reader.error()};
}

Opened read_opened(Reader& reader) {
  Opened opened;
  opened.threads = reader.number<std::uint32_t>();
  opened.memory_locked = reader.flag();
  opened.files_confined = reader.flag();
  opened.takes_probes = reader.flag();
  if (reader.flag()) opened.task_trouble = reader.error();
  if (reader.flag()) opened.attestation = reader.attestation();
  if (reader.flag()) opened.hidden = reader.bytes();
  return opened;
}

void write_task(Writer& writer, const KeyToMake& task) {
  writer.number(static_cast<std::uint8_t>(TaskKind::make));
  writer.text(task.name);
  writer.text(name_of(task.algorithm));
}
void write_task(Writer& writer, const KeyToRemove& task) {
  writer.number(static_cast<std::uint8_t>(TaskKind::remove));
  writer.text(task.name);
}
void write_task(Writer& writer, const KeyToAttest& task) {
  writer.number(static_cast<std::uint8_t>(TaskKind::attest));
  writer.text(task.name);
  writer.bytes(task.challenge);
}
void write_task(Writer& writer, const CredentialToActivate& task) {
  writer.number(static_cast<std::uint8_t>(TaskKind::activate));
  writer.text(task.name);
  writer.bytes(task.credential);
}

Bytes write(const Open& message) {
  Writer writer(Kind::open);
  writer.text(message.backend_type);
  writer.text(message.config.name);
  writer.deadline(message.deadline);
  writer.flag(message.config.may_make_missing);
  writer.number(static_cast<std::uint32_t>(message.config.known_keys.size()));
  for (const std::string& key : message.config.known_keys) writer.text(key);
  writer.number(static_cast<std::uint32_t>(message.config.options.size()));
  for (const auto& [name, value] : message.config.options) {
    writer.text(name);
    writer.text(value);
  }
  if (message.task) {
    std::visit([&writer](const auto& task) { write_task(writer, task); }, *message.task);
  } else {
    writer.number(static_cast<std::uint8_t>(TaskKind::none));
  }
  return writer.take();
}

Bytes write(const Sign& message) {
  Writer writer(Kind::sign);
  writer.number(message.id);
  writer.deadline(message.deadline);
  writer.text(message.key_name);
  writer.bytes(message.input);
  return writer.take();
}

Bytes write(const Probe& message) {
  Writer writer(Kind::probe);
  writer.deadline(message.deadline);
  return writer.take();
}

Bytes write(const KeyInfo& message) {
  Writer writer(Kind::key);
  writer.text(message.name);
  writer.text(name_of(message.algorithm));
  writer.bytes(message.spki);
  return writer.take();
}

Bytes write(const UnusableKey& message) {
  Writer writer(Kind::unusable_key);
  writer.text(message.name);
  writer.error(message.why);
  return writer.take();
}

Bytes write(const Opened& message) {
  Writer writer(Kind::opened);
  writer.number(message.threads);
  writer.flag(message.memory_locked);
  writer.flag(message.files_confined);
  writer.flag(message.takes_probes);
  writer.flag(message.task_trouble.has_value());
  if (message.task_trouble) writer.error(*message.task_trouble);
  writer.flag(message.attestation.has_value());
  if (message.attestation) writer.attestation(*message.attestation);
  writer.flag(message.hidden.has_value());
  if (message.hidden) writer.bytes(*message.hidden);
  return writer.take();
}

Bytes write(const OpenFailed& message) {
  Writer writer(Kind::open_failed);
  writer.error(message.error);
  return writer.take();
}

Bytes write(const Signed& message) {
  Writer writer(Kind::signature);
  writer.number(message.id);
  writer.bytes(message.signature);
  return writer.take();
}

Bytes write(const Refused& message) {
  Writer writer(Kind::refused);
  writer.number(message.id);
  writer.error(message.error);
  writer.flag(message.key_is_unusable);
  return writer.take();
}

Bytes write(const Probed& message) {
  Writer writer(Kind::probed);
  writer.flag(message.trouble.has_value());
  if (message.trouble) writer.error(*message.trouble);
  return writer.take();
}

}  // namespace

Bytes encode(const ToHost& message) {
  return std::visit([](const auto& value) { return write(value); }, message);
}

Bytes encode(const FromHost& message) {
  return std::visit([](const auto& value) { return write(value); }, message);
}

Result<ToHost> decode_to_host(ByteView packet) {
  Reader reader(packet);
  switch (static_cast<Kind>(reader.number<std::uint8_t>())) {
    case Kind::open: {
      Open open = read_open(reader);
      return whole<ToHost>(reader, std::move(open));
    }
    case Kind::sign: {
      Sign sign = read_sign(reader);
      return whole<ToHost>(reader, std::move(sign));
    }
    case Kind::probe: {
      const Probe probe{reader.deadline()};
      return whole<ToHost>(reader, probe);
    }
    default:
      return malformed();
  }
}

Result<FromHost> decode_from_host(ByteView packet) {
  Reader reader(packet);
  switch (static_cast<Kind>(reader.number<std::uint8_t>())) {
    case Kind::key: {
      KeyInfo key = read_key(reader);
      return whole<FromHost>(reader, std::move(key));
    }
    case Kind::unusable_key: {
      UnusableKey key = read_unusable_key(reader);
      return whole<FromHost>(reader, std::move(key));
    }
    case Kind::opened: {
      Opened opened = read_opened(reader);
      return whole<FromHost>(reader, std::move(opened));
    }
    case Kind::open_failed: {
      OpenFailed failed{reader.error()};
      return whole<FromHost>(reader, std::move(failed));
    }
    case Kind::signature: {
      const auto id = reader.number<std::uint64_t>();
      Signed answer{id, reader.bytes()};
      return whole<FromHost>(reader, std::move(answer));
    }
    case Kind::refused: {
      const auto id = reader.number<std::uint64_t>();
      Error error = reader.error();
      Refused answer{id, std::move(error), reader.flag()};
      return whole<FromHost>(reader, std::move(answer));
    }
    case Kind::probed: {
      Probed answer;
      if (reader.flag()) answer.trouble = reader.error();
      return whole<FromHost>(reader, std::move(answer));
    }
    default:
      return malformed();
  }
}

}  // namespace chancery::host
