#include "daemon/local_log/signed_tree.h"

#include "core/base/limits/key_hosts.h"

namespace chancery::daemon {

namespace {

Error key_is_gone(const std::string& name) {
  return unavailable("LOG_KEY_CHANGED",
                     "the key \"" + name +
                         "\" is not the one that signed this log until now: restore it; until "
                         "then nothing is signed");
}

std::future<Result<SignedTree>> failed(Error error) {
  std::promise<Result<SignedTree>> promise;
  promise.set_value(std::move(error));
  return promise.get_future();
}

}  // namespace

CheckpointSigner::CheckpointSigner(tlog::NoteKey key, std::string key_name, KeyHost& key_host)
    : key_(std::move(key)), key_name_(std::move(key_name)), key_host_(key_host) {}

// A backend that was opened anew may have another key of that name, and lists none while it is
// down.
bool CheckpointSigner::has_key() const {
  const std::optional<KeyInfo> key = key_host_.find_key(key_name_);
  return !key || key->spki == key_.key().spki();
}

std::future<Result<SignedTree>> CheckpointSigner::begin(const Projection& tree) const {
  if (!has_key()) return failed(key_is_gone(key_name_));
  std::string text = tlog::checkpoint_text({key_.name(), tree.size, tree.root, {}});
  const auto promise = std::make_shared<std::promise<Result<SignedTree>>>();
  std::future<Result<SignedTree>> answer = promise->get_future();
  Bytes message = to_bytes(as_bytes(text));
  auto done = [promise, tree, text = std::move(text), name = key_.name(),
               key_id = key_.short_id()](Result<Bytes> signature) {
    if (!signature.ok()) return promise->set_value(signature.error());
    const tlog::Note note{text, {{name, key_id, std::move(*signature)}}};
    promise->set_value(SignedTree{tree, tlog::write_note(note)});
  };
  key_host_.sign(key_name_, std::move(message), Deadline::after(limits::key_host_answer_max),
                 std::move(done));
  return answer;
}

}  // namespace chancery::daemon
