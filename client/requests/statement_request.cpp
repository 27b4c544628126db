#include "client/requests/statement_request.h"

#include "client/requests/ask.h"
#include "core/base/limits/socket.h"

namespace chancery::client {

namespace {

Result<std::string> send_whole(Connection& connection, const StatementRequest& request,
                               Deadline deadline) {
  v1::SignStatementRequest message;
  message.set_profile(request.profile);
  message.set_idempotency_key(request.idempotency_key);
  message.set_statement(request.statement);
  return connection.call(services::signer, "SignStatement", message.SerializeAsString(), deadline);
}

Result<std::string> send_in_chunks(Connection& connection, const StatementRequest& request,
                                   Deadline deadline) {
  Upload upload = connection.upload(services::signer, "SignStatementStream", deadline);
  v1::SignStatementChunk first;
  first.set_profile(request.profile);
  first.set_idempotency_key(request.idempotency_key);
  first.set_statement_bytes(request.statement.size());
  TRY(upload.send(first.SerializeAsString()));
  for (std::size_t sent = 0; sent < request.statement.size(); sent += limits::request_bytes_max) {
    v1::SignStatementChunk chunk;
    chunk.set_data(request.statement.substr(sent, limits::request_bytes_max));
    TRY(upload.send(chunk.SerializeAsString()));
  }
  return upload.finish();
}

Result<v1::SignReply> send(Connection& connection, const StatementRequest& request,
                           Deadline deadline) {
  const bool is_small = request.statement.size() <= limits::request_bytes_max;
  const std::string payload = TRY(is_small ? send_whole(connection, request, deadline)
                                           : send_in_chunks(connection, request, deadline));
  return read_reply<v1::SignReply>(payload);
}

}  // namespace

Result<Signature> sign_statement(Link& link, const StatementRequest& request, Deadline deadline) {
  for (;;) {
    const auto connection = TRY(link.connection(deadline));
    const auto reply = send(*connection, request, deadline);
    const auto signature = reply.ok() ? read_signature(*connection, *reply, deadline)
                                      : Result<Signature>(reply.error());
    // What has failed has failed under this key for good.
    const bool is_final = signature.ok() || (reply.ok() && reply->state() == v1::STATE_FAILED);
    if (is_final || !link.try_again(connection, signature.error(), deadline)) return signature;
  }
}

}  // namespace chancery::client
