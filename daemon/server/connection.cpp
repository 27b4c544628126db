#include "daemon/server/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/limits/socket.h"
#include "daemon/server/answer.h"
#include "daemon/server/outbound.h"

namespace chancery::daemon {
namespace {

constexpr std::size_t data_bytes_max =
    limits::request_bytes_max + limits::request_envelope_bytes_max;

Deadline deadline_for(std::chrono::nanoseconds timeout) {
  if (timeout == std::chrono::nanoseconds::zero()) {
    return Deadline::after(limits::request_deadline_default);
  }
  // A negative one has passed on the way here; far below zero the clock would overflow.
  return Deadline::after(std::clamp<std::chrono::nanoseconds>(
      timeout, -limits::request_deadline_max, limits::request_deadline_max));
}

// Flags say which kind of call the client thinks it is.
std::optional<Error> flags_objection(const Method& method, std::uint8_t flags) {
  const bool is_open = flags == wire::flags::remote_open;
  if (!is_open && flags != wire::flags::remote_closed && flags != wire::flags::none) {
    return invalid_request("FRAME_FLAGS_INVALID",
                           "a request has the flag `remote open`, `remote "
                           "closed` or none");
  }
  if (method.start_inbound && !is_open) {
    return invalid_request("METHOD_IS_STREAM",
                           "this method takes a stream of messages: request "
                           "it with the flag `remote open`");
  }
  if (method.start_outbound && flags != wire::flags::remote_closed) {
    return invalid_request("METHOD_IS_STREAM",
                           "this method answers with a stream of messages: "
                           "request it with the flag `remote closed`");
  }
  if (method.start && is_open) {
    return invalid_request("METHOD_IS_UNARY", "this method takes one message, in the request");
  }
  return std::nullopt;
}

Error stalled() {
  return unavailable("STREAM_STALLED",
                     "so little of the stream came for so long that others get its place: nothing "
                     "happened; send it again, without pauses");
}

Error frame_stalled() {
  return unavailable("FRAME_STALLED",
                     "the rest of a frame did not come for so long that others get its room: "
                     "nothing happened; connect and send it again, without pauses");
}

}  // namespace

void Connection::refuse(Error answer) {
  refusal_ = std::move(answer);
  refuses_all_ = true;
}

void Connection::take_no_more(const Error& answer) {
  for (const auto& [id, stream] : inbound_) stream->end(answer);
  if (reader_.has_header()) {
    object(reader_.header(), answer);
    skip_frame();
  }
  refusal_ = answer;
}

void Connection::input(ByteView bytes, Time now) {
  last_input_ = now;
  bool is_new_frame = !reader_.is_amid_frame();
  while (!is_ending_) {
    const wire::FrameReader::Event event = reader_.advance(bytes);
    if (event == wire::FrameReader::Event::starved) break;
    if (event == wire::FrameReader::Event::frame) {
      take_frame();
      continue;
    }
    is_new_frame = true;
    if (std::optional<Error> objection = judge_header(reader_.header())) {
      object(reader_.header(), std::move(*objection));
      skip_frame();
    }
  }
  if (!hold_bytes(reader_.held_bytes())) skip_frame();
  hear_arriving(now);
  if (!reader_.is_amid_frame()) {
    partial_since_.reset();
  } else if (is_new_frame) {
    partial_since_ = now;
  }
}

bool Connection::wants_input() {
  look_behind();
  return !is_ending_ && !parts_.outbox->state().is_clogged && !is_behind_;
}

// Who was not read from was not silent: that time begins anew.
void Connection::look_behind() {
  const bool was_behind = is_behind_;
  is_behind_ = std::any_of(inbound_.begin(), inbound_.end(),
                           [](const auto& stream) { return stream.second->is_full(); });
  if (!was_behind || is_behind_) return;
  last_input_ = Deadline::Clock::now();
  for (const auto& [id, stream] : inbound_) stream->hear(last_input_);
}

bool Connection::is_idle() const {
  return parts_.meters.requests->used() == 0 && !reader_.is_amid_frame() &&
         parts_.outbox->state().is_empty;
}

std::optional<Connection::Time> Connection::silent_since() const {
  // First of all: what ends while this looks has still been the daemon's to do.
  const std::size_t requests = parts_.meters.requests->used();
  std::size_t silent = 0;
  Time since{};
  for (const auto& [id, stream] : inbound_) {
    const std::optional<Time> its = stream->silent_since();
    if (its) ++silent;
    since = std::max(since, its.value_or(since));
  }
  const Outbox::State state = parts_.outbox->state();
  if (requests > silent && !state.is_blocked) return std::nullopt;
  return std::max(since, state.pushed);
}

std::optional<Connection::Silence> Connection::longest_silence(Room room) const {
  if (is_behind_) return std::nullopt;
  if (room == Room::bytes) {
    if (!reader_.has_header() || bytes_.is_empty()) return std::nullopt;
    return Silence{last_input_, reader_.header().stream_id};
  }
  std::optional<Silence> longest;
  for (const auto& [id, stream] : inbound_) {
    const std::optional<Time> since = stream->silent_since();
    if (since && (!longest || *since < longest->since)) longest = {*since, id};
  }
  return longest;
}

void Connection::end_silence(Room room, const Silence& silence) {
  if (room == Room::bytes) return end_half_frame(frame_stalled());
  inbound_.at(silence.stream_id)->end(stalled());
}

bool Connection::is_finished() const {
  const Outbox::State state = parts_.outbox->state();
  return state.is_broken || (is_ending_ && state.is_empty && parts_.meters.requests->used() == 0);
}

void Connection::check_time(Time now, const Patience& patience) {
  check_streams(now, patience.stream);
  if (!partial_since_) return;
  if (!wants_input()) {
    partial_since_ = now;  // it is we who do not read
  } else if (now - *partial_since_ >= patience.partial_frame) {
    end_half_frame(
        invalid_request("FRAME_INCOMPLETE", "the rest of a frame did not arrive in time"));
  }
}

void Connection::end_half_frame(Error answer) {
  if (reader_.has_header()) {
    object(reader_.header(), std::move(answer));
    skip_frame();
  }
  end_input();
}

// What has come of it holds nothing any more, what comes is thrown away.
void Connection::skip_frame() {
  reader_.skip_data();
  bytes_.release();
}

// A piece of a message is a sign of life of its stream.
void Connection::hear_arriving(Time now) {
  if (!reader_.has_header()) return;
  const auto stream = inbound_.find(reader_.header().stream_id);
  if (stream != inbound_.end()) stream->second->hear(now);
}

void Connection::check_streams(Time now, MinimumPace pace) {
  look_behind();
  for (const auto& [id, stream] : inbound_) {
    if (stream->is_late()) {
      stream->end(unavailable("DEADLINE_PASSED",
                              "the stream was not complete in its time: nothing happened"));
    } else if (stream->is_stalled(now, pace, arriving_bytes(id), is_behind_)) {
      stream->end(stalled());
    }
  }
}

// Of a frame of this stream that is not whole yet.
std::size_t Connection::arriving_bytes(std::uint32_t stream_id) const {
  const bool is_its = reader_.has_header() && reader_.header().stream_id == stream_id;
  return is_its ? reader_.held_bytes() : 0;
}

void Connection::close() {
  parts_.outbox->close();
  for (const auto& [id, stream] : std::exchange(inbound_, {})) {
    stream->end(unavailable("CLIENT_GONE", "the client has closed the connection"));
  }
}

std::optional<Error> Connection::judge_header(const wire::FrameHeader& header) {
  if (header.data_bytes > limits::frame_bytes_max) {
    is_ending_ = true;
    return invalid_request("FRAME_TOO_LONG", "ttrpc allows frames of 4 MiB: the connection ends");
  }
  if (header.stream_id % 2 == 0) {
    return invalid_request("STREAM_ID_EVEN", "a client's stream ids are odd");
  }
  std::optional<Error> objection;
  if (header.type == wire::FrameType::request) {
    objection = judge_request(header);
  } else if (header.type == wire::FrameType::data) {
    objection = judge_data(header);
  } else {
    return invalid_request("FRAME_TYPE_UNKNOWN", "a client sends requests (1) and data (3)");
  }
  if (!objection && header.data_bytes > data_bytes_max) {
    return invalid_request("REQUEST_TOO_LARGE",
                           fmt::format("a message may have {} bytes: send statements of more than "
                                       "{} bytes as a stream",
                                       data_bytes_max, limits::request_bytes_max));
  }
  return objection;
}

std::optional<Error> Connection::judge_request(const wire::FrameHeader& header) {
  if (header.stream_id <= last_id_) {
    return invalid_request("STREAM_ID_REUSED", "each request needs a higher stream id");
  }
  last_id_ = header.stream_id;
  if (refuses_all_) is_ending_ = true;
  return refusal_;
}

std::optional<Error> Connection::judge_data(const wire::FrameHeader& header) const {
  if (!inbound_.contains(header.stream_id)) {
    return invalid_request("STREAM_NOT_OPEN",
                           "data for a stream that is unary, has ended or never began");
  }
  const bool is_message = (header.flags & wire::flags::no_data) == 0;
  if (!is_message && header.data_bytes > 0) {
    return invalid_request("FRAME_FLAGS_INVALID", "a frame with the flag `no data` has data");
  }
  return std::nullopt;
}

bool Connection::hold_bytes(std::size_t count) {
  do {
    if (bytes_.grow_to(count)) return true;
  } while (parts_.make_room(Room::bytes));
  bytes_.release();
  object(reader_.header(), exhausted("REQUEST_BYTES_EXHAUSTED",
                                     "too many bytes of requests are waiting: try again later"));
  return false;
}

// The answer to a frame that is not taken.
void Connection::object(const wire::FrameHeader& header, Error error) {
  const auto stream = inbound_.find(header.stream_id);
  if (stream == inbound_.end()) {
    return parts_.outbox->push(wire::build_response(header.stream_id, std::move(error)));
  }
  stream->second->end(std::move(error));
  if ((header.flags & wire::flags::remote_closed) != 0) inbound_.erase(stream);
}

void Connection::take_frame() {
  const wire::FrameHeader header = reader_.header();
  std::string data = reader_.take_data();
  if (!hold_bytes(data.size())) return;
  if (header.type == wire::FrameType::data) return take_data(header, std::move(data));
  const Result<void> taken = take_request(header, data);
  if (!taken.ok()) object(header, taken.error());
  bytes_.release();
}

void Connection::take_data(const wire::FrameHeader& header, std::string data) {
  const auto stream = inbound_.find(header.stream_id);
  const bool is_message = (header.flags & wire::flags::no_data) == 0;
  stream->second->hear(last_input_);
  if (is_message) stream->second->push({std::move(data), take_bytes()});
  if ((header.flags & wire::flags::remote_closed) == 0) return;
  stream->second->close();
  inbound_.erase(stream);
}

Holding Connection::take_bytes() {
  return std::exchange(bytes_, Holding(parts_.meters.request_bytes));
}

Result<void> Connection::take_request(const wire::FrameHeader& header, std::string_view data) {
  wire::Request request = TRY(wire::parse_request(data));
  const Dispatch::Row* row = TRY(parts_.dispatch->find(request.service, request.method));
  if (std::optional<Error> objection = flags_objection(row->method, header.flags)) {
    return *objection;
  }
  Holding place(parts_.meters.requests);
  if (inbound_.size() >= limits::requests_in_flight_per_connection_max || !find_place(place)) {
    return exhausted("REQUESTS_EXHAUSTED", "too many requests are in flight: try again later");
  }
  start(*row, header.stream_id, std::move(request), std::move(place));
  return {};
}

bool Connection::find_place(Holding& place) {
  if (place.grow_to(1)) return true;
  // Another's place is of no use to a connection that has all that one may have.
  if (parts_.meters.requests->is_full()) return false;
  return parts_.make_room(Room::requests) && place.grow_to(1);
}

void Connection::start(const Dispatch::Row& row, std::uint32_t id, wire::Request request,
                       Holding place) {
  ++calls_;
  Call call{parts_.peer, row.call_name, std::move(request.payload), deadline_for(request.timeout),
            nullptr};
  if (row.method.start_outbound) {
    auto answer = std::make_unique<Answer>(parts_.outbox, id,
                                           RequestHoldings{std::move(place), take_bytes()});
    return Outbound::start({parts_.dispatch, row, std::move(call), parts_.outbox},
                           std::move(answer));
  }
  if (row.method.start) {
    call.responder = std::make_shared<Answer>(parts_.outbox, id,
                                              RequestHoldings{std::move(place), take_bytes()});
    return parts_.dispatch->start(row, std::move(call));
  }
  Inbound::Message first{std::exchange(call.payload, {}), take_bytes()};
  call.responder =
      std::make_shared<Answer>(parts_.outbox, id, RequestHoldings{std::move(place), {}});
  auto stream = std::make_shared<Inbound>(parts_.dispatch, row, std::move(call), parts_.call_loop);
  stream->hear(last_input_);
  // The reference implementation's servers take a request's payload for the first message.
  if (!first.data.empty()) stream->push(std::move(first));
  inbound_.emplace(id, std::move(stream));
}

}  // namespace chancery::daemon
