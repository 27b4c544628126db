#include "daemon/daemon.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <future>
#include <map>

#include "backends/registry.h"
#include "core/base/limits/audit.h"
#include "core/base/limits/journal.h"
#include "core/base/limits/key_hosts.h"
#include "core/base/limits/statements.h"
#include "core/policy/decide.h"
#include "daemon/audit/system_journal.h"
#include "daemon/config/keys.h"
#include "daemon/config/programs.h"
#include "daemon/flows/archive/watch.h"
#include "daemon/flows/origin.h"
#include "daemon/flows/stuck/retry.h"
#include "daemon/journal/time_setting.h"
#include "daemon/known_keys.h"
#include "daemon/metrics/metrics.h"
#include "daemon/note.h"
#include "daemon/progress.h"
#include "daemon/server/listen.h"
#include "daemon/services/methods.h"

namespace chancery::daemon {
namespace {

// As many as cores would be enough for the work; a third keeps answers leaving while two verify.
constexpr unsigned pool_threads = 2;

// Since when the log's key is valid: set once, when the log begins.
Result<WallTime> log_start(Journal& journal, WallTime clock) {
  constexpr std::string_view setting = "log_started_at";
  if (const auto known = TRY(time_setting(journal, setting))) return *known;
  const WallTime now = std::chrono::floor<std::chrono::seconds>(clock);
  TRY(set_time_setting(journal, setting, now));
  return now;
}

Result<void> make_key_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return system_error("STATE_DIRECTORY_FAILED", path.string(), errno);
}

// A backend that hangs must not keep the rest from serving. Without its log's key the daemon does
// not serve at all; and where no key was in use before, some may be made now.
std::chrono::milliseconds patience_with(const Config& config, const BackendConfig& backend) {
  const bool has_time = backend.known_keys.empty() || backend.name == config.log.backend;
  return has_time ? limits::key_host_start_max : limits::key_host_patience;
}

Result<Listening> listen_as_configured(const Config& config) {
  const std::filesystem::path folder = config.socket.parent_path();
  // What keeps it from being made also keeps it from being opened, which says so.
  if (config.socket_folder_mode && ::mkdir(folder.c_str(), *config.socket_folder_mode) == 0) {
    ::chmod(folder.c_str(), *config.socket_folder_mode);  // whatever the umask
  }
  return listen_at(config.socket, config.socket_mode);
}

void note_trouble(std::string_view backend, std::string_view trouble) {
  note(Priority::warning, fmt::format("backend \"{}\": {}", backend, trouble));
}

}  // namespace

Daemon::Daemon(Config config, std::vector<KeyName> to_make_anew)
    : seams_(seams()),
      config_(std::move(config)),
      to_make_anew_(std::move(to_make_anew)),
      started_at_(seams_.now()),
      alarms_(seams_.now),
      statements_({limits::statement_bytes_in_flight_max, seams_.statement_bytes_per_uid_max}) {}

Result<std::unique_ptr<Daemon>> Daemon::start(Config config, std::vector<KeyName> to_make_anew,
                                              sd_event* event) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(config), std::move(to_make_anew)));
  daemon->listening_ = TRY(listen_as_passed());  // before threads: it clears the environment
  TRY(daemon->open_state());
  TRY(daemon->start_key_hosts());
  TRY(daemon->open_log());
  TRY(daemon->open_audit());
  TRY(daemon->start_finisher());
  TRY(daemon->start_server(event));
  TRY(daemon->finish_what_was_signed());
  watch_progress(daemon->watchdog_,
                 {*daemon->journal_, daemon->keys_, *daemon->log_, daemon->finisher_.get()});
  daemon->note_start();
  return daemon;
}

// First whoever begins something, then whoever goes on with it, each while what it uses is still
// there. Stopped, those that go on with one another's work drop what comes too late; they go when
// none of them has a thread.
Daemon::~Daemon() {
  if (chores_ != nullptr) chores_->stop();  // one of them counts the server's connections
  server_.reset();
  if (backlog_ != nullptr) backlog_->stop();
  {
    const std::lock_guard lock(late_keys_mutex_);
    takes_late_keys_ = false;
  }
  due_receipts_.stop();
  const auto stop = [](const auto& part) {
    if (part != nullptr) part->stop();
  };
  for (const auto* pool : {&background_, &inquiries_, &orders_, &spool_}) stop(*pool);
  // Clerk and log have a key sign to the last, and its answers come through the pool.
  stop(clerk_);
  stop(finisher_);
  stop(log_);
  stop(pool_);
  stop(journal_);
  keys_.stop();
  // It reads the journal: the writer alone, and last, makes one file of it.
  clerk_.reset();
  // With what they dropped, which gives back what it holds of others.
  journal_.reset();
  finisher_.reset();
}

Result<void> Daemon::open_state() {
  const std::shared_ptr<const Config> config = config_.get();
  state_ = TRY(StateDirectory::open(config->state_directory));
  // A key host may write in its own folder, and not make one beside the journal.
  TRY(make_key_directory(config->state_directory / "keys"));
  pool_ = std::make_unique<Pool>(pool_threads);
  spool_ = std::make_unique<Pool>(1);
  chores_ = std::make_unique<Pool>(1);
  background_ = std::make_unique<Pool>(1);
  inquiries_ = std::make_unique<Pool>(1);
  orders_ = std::make_unique<Pool>(1);
  journal_ = TRY(Journal::open({.path = config->state_directory / "journal.db",
                                .policy = config->policy_hash,
                                .now = seams_.now,
                                .on_appending =
                                    [this](const std::vector<AppendedEntry>& entries) {
                                      append_to_.load()->expect(entries);
                                    },
                                .on_appended =
                                    [this](const std::vector<AppendedEntry>& entries) {
                                      append_to_.load()->append(entries);
                                    },
                                .on_damage = [this](const Error& damage) { tell_damage(damage); },
                                .requests_in_flight = [this] { return in_flight_.size(); },
                                .at_step = seams_.at_step}));
  standing_ = TRY(Standing::load(*journal_));
  payloads_ = TRY(PayloadStore::open(config->state_directory / "payloads"));
  return payloads_->remove_orphans(named_in(*journal_));
}

void Daemon::tell_damage(const Error& damage) {
  alarms_.raise(alarm_names::journal_damage, damage,
                "Restore a backup (docs/backup.md). The alarm ends with a restart.");
}

Result<void> Daemon::start_key_hosts() {
  const std::filesystem::path own_program = TRY(find_own_program());
  const std::filesystem::path program = TRY(find_key_host_program(own_program));
  std::map<std::string, std::future<Result<std::unique_ptr<KeyHost>>>> starting;
  for (const BackendSection& section : config_.get()->backends) {
    KeyHostOptions options{
        .program = seams_.key_host_program(section.config.name, program),
        .backend_type = section.type,
        .config = section.config,
        .post = [this](std::function<void()> work) { pool_->post(std::move(work)); },
        .report = [name = section.config.name](
                      const Error& trouble) { note_trouble(name, trouble.message); },
        .report_recovery =
            [name = section.config.name] {
              note(Priority::notice, fmt::format("backend \"{}\" is up again", name));
            },
        .opened = [this] { take_late_keys(); }};
    options.config.known_keys =
        TRY(keys_not_to_make(*journal_, *config_.get(), section.config.name, to_make_anew_));
    const Deadline patience = Deadline::after(patience_with(*config_.get(), options.config));
    starting.emplace(section.config.name,
                     std::async(std::launch::async, [options = std::move(options), patience] {
                       return KeyHost::start(options, patience);
                     }));
  }
  for (auto& [backend, host] : starting) keys_.add(backend, TRY(host.get()));
  for (const KeyRing::NamedHost& named : keys_.hosts()) {
    // Of what failed the host itself has told.
    const KeyHostState state = named.host->state();
    if (!state.is_up && state.trouble_reason.empty()) note_trouble(named.backend, state.trouble);
  }
  TRY(check_known_keys(*journal_, *config_.get(), keys_, to_make_anew_));
  TRY(fits_keys(*config_.get()));
  {
    const std::lock_guard lock(late_keys_mutex_);
    takes_late_keys_ = true;
  }
  return remember_keys(*config_.get());
}

// By reloads and by backends that come late, one after another.
Result<void> Daemon::remember_keys(const Config& config) {
  const std::lock_guard lock(remembering_);
  key_troubles_.note_changes(config, keys_);
  return daemon::remember_keys(*journal_, config, keys_);
}

// What comes after the start has looked at the keys is looked at here: a key that was made only now
// is in use from now on. That it does not fit is no reason to end what works.
void Daemon::take_late_keys() {
  const std::lock_guard lock(late_keys_mutex_);
  if (!takes_late_keys_) return;
  background_->post([this] {
    const std::shared_ptr<const Config> config = config_.get();
    const auto take = [&]() -> Result<void> {
      TRY(check_known_keys(*journal_, *config, keys_, to_make_anew_));
      TRY(fits_keys(*config));
      return remember_keys(*config);
    };
    const Result<void> taken = take();
    if (!taken.ok()) note_lines(Priority::error, taken.error().message);
  });
}

Result<void> Daemon::fits_keys(const Config& config) {
  std::vector<BackendKeys> present;
  for (const KeyRing::NamedHost& named : keys_.hosts()) {
    if (!named.host->state().is_up) continue;
    present.push_back({named.backend, named.host->keys(), named.host->unusable_keys()});
  }
  const std::vector<ConfigProblem> problems = check_keys(config, present);
  if (problems.empty()) return {};
  return invalid_request("CONFIG_INVALID", describe(config.source, problems));
}

Result<Config> Daemon::load(const std::filesystem::path& path) {
  Config config = TRY(load_config(path, backend_types()));
  TRY(fits_keys(config));
  TRY(check_known_keys(*journal_, config, keys_, to_make_anew_));
  return config;
}

Result<void> Daemon::open_log() {
  const std::shared_ptr<const Config> config = config_.get();
  const LogSection& section = config->log;
  const SigningKey key = TRY(keys_.find(section.backend, section.key));
  const std::filesystem::path directory = config->state_directory / "log";
  log_ = TRY(LocalLog::open({.directory = directory,
                             .origin = section.origin,
                             .key_name = section.key,
                             .publish_interval = section.publish_interval,
                             .open_files = [&] { return seams_.open_log_files(directory); }},
                            *journal_, *key.host, alarms_));
  disk_watch_.watch(alarm_names::journal_disk, config->state_directory, "nothing new is signed");
  disk_watch_.watch(alarm_names::log_disk, directory, "the log's files do not follow");
  append_to_ = log_.get();
  log_start_ = TRY(log_start(*journal_, seams_.now()));
  bundle::TrustedRoot root =
      TRY(bundle::parse_trusted_root(bundle::write_trusted_root(log_->key(), log_start_)));
  own_verifier_ = std::make_unique<OwnVerifier>(std::move(root));
  return {};
}

// The log's key signs the audit's heads, too, under another name.
Result<void> Daemon::open_audit() {
  const std::shared_ptr<const Config> config = config_.get();
  const SigningKey key = TRY(keys_.find(config->log.backend, config->log.key));
  tlog::NoteKey name =
      TRY(tlog::NoteKey::make(audit::origin_of(log_->key().name()), log_->key().key()));
  refusals_ = std::make_unique<RefusalRecorder>(*journal_);
  clerk_ = std::make_unique<Clerk>(*journal_, *refusals_,
                                   CheckpointSigner(std::move(name), config->log.key, *key.host),
                                   copying_to_system_journal(limits::audit_head_interval_default));
  return {};
}

Result<void> Daemon::start_finisher() {
  const std::shared_ptr<const Config> config = config_.get();
  if (config->remote.empty()) return {};
  finisher_ =
      Finisher::start(TRY(open_services(*config, seams_.now)), *journal_, timings_, seams_.at_step);
  elsewhere_verifier_ = std::make_unique<OwnVerifier>(finisher_->root());
  backlog_ = std::make_unique<Backlog>();
  return {};
}

Result<void> Daemon::start_server(sd_event* event) {
  const std::shared_ptr<const Config> config = config_.get();
  parts_.reset(
      new Parts{config_,          alarms_,         keys_,          *standing_,
                *journal_,        *refusals_,      *payloads_,     *log_,
                *own_verifier_,   finisher_.get(), backlog_.get(), elsewhere_verifier_.get(),
                throttle_,        in_flight_,      due_receipts_,  stuck_,
                damaged_archive_, timings_,        *pool_,         *spool_,
                seams_.now,       seams_.at_step});
  key_life_ = std::make_unique<KeyLife>(config_, keys_, *standing_, seams_.now);
  administration_ = std::make_unique<Administration>(
      *parts_, started_at_, [this](const std::filesystem::path& path) -> Result<Config> {
        Config loaded = TRY(load(path));
        TRY(remember_keys(loaded));
        return loaded;
      });
  std::vector<Method> methods =
      all_methods({*parts_,
                   *key_life_,
                   *administration_,
                   statements_,
                   *background_,
                   *inquiries_,
                   *orders_,
                   log_start_,
                   [this](const std::filesystem::path& path) { return load(path); },
                   {*journal_, audit::origin_of(log_->key().name()),
                    [this](Journal::Done<void> done) { clerk_->seal(std::move(done)); }},
                   [this] { return server_->counts(); }});
  const auto may_administer = [this](const policy::Peer& peer,
                                     std::string_view method) -> Result<Grant> {
    const std::shared_ptr<const Config> now = config_.get();
    const policy::Decision decision = policy::decide_admin(now->rules, peer, method);
    const Grant grant{decision.rule, now->policy_hash};
    if (decision.allowed) return grant;
    Error refusal = denied("NO_ADMIN_RULE", fmt::format("{}: {}", method, decision.reason));
    refusals_->record(act_of(peer, grant, method, seams_.now()), refusal);
    return refusal;
  };
  if (!listening_) listening_ = TRY(listen_as_configured(*config));
  ServerOptions options{.listening = std::move(*listening_)};
  server_ =
      TRY(Server::start(event, std::move(options), std::move(methods), *pool_, may_administer));
  return {};
}

void Daemon::write_metrics() {
  const std::filesystem::path path = config_.get()->metrics_file;
  if (path.empty()) return;
  chores_->post([this, path] {
    const auto write = [&]() -> Result<void> {
      return daemon::write_metrics(
          path,
          TRY(describe_metrics({*parts_, started_at_, [this] { return server_->counts(); }})));
    };
    const Result<void> written = write();
    if (!written.ok()) note(Priority::warning, "no metrics: " + written.error().message);
  });
}

void Daemon::retry_stuck() {
  if (is_draining_ || retrying_ > 0) return;
  retrying_ += 1;
  chores_->post([this] {
    daemon::retry_stuck(*parts_);
    static_cast<void>(left_behind_.go_on(*parts_));  // of damage the journal has an alarm
    retrying_ -= 1;
  });
}

void Daemon::look_at_damage() {
  if (is_looking_at_damage_.exchange(true)) return;
  background_->post([this] {
    log_->look_at_damage();
    look_at_archive(*parts_);
    is_looking_at_damage_ = false;
  });
}

void Daemon::forget_old() {
  background_->post([this] { retention_.forget_old(*parts_); });
}

Result<void> Daemon::finish_what_was_signed() {
  TRY(left_behind_.look(*parts_));
  if (backlog_ != nullptr) {
    backlog_->start(*parts_);
  } else if (const Released released = TRY(journal_->count_released()); released.unrecorded > 0) {
    note(Priority::error,
         fmt::format("signatures that have left wait for logs elsewhere ({}), of which the "
                     "configuration names none any more; put them back",
                     released.unrecorded));
  }
  return {};
}

void Daemon::note_start() {
  const std::shared_ptr<const Config> config = config_.get();
  note(Priority::info, fmt::format("ready: listens at {}, log {} has {} entries, {} profiles",
                                   config->socket.string(), config->log.origin, log_->size(),
                                   config->profiles.size()));
}

void Daemon::reload(const policy::Peer& who) {
  const Result<void> reloaded = administration_->reload(who);
  if (reloaded.ok()) {
    note(Priority::notice, "configuration reloaded");
  } else {
    note_lines(Priority::error, "the configuration stays as it was: " + reloaded.error().message);
  }
}

void Daemon::drain() {
  is_draining_ = true;
  server_->drain();
  due_receipts_.give_all_by(Deadline::Clock::now() + limits::shutdown_receipts_after);
  if (finisher_ != nullptr) finisher_->drain();
}

bool Daemon::has_work() const {
  return in_flight_.size() > 0 || retrying_ > 0 || (backlog_ != nullptr && backlog_->carried() > 0);
}

bool Daemon::is_drained() const { return server_->is_drained() && !has_work(); }

}  // namespace chancery::daemon
