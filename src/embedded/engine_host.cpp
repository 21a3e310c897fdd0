#include "embedded/engine_host.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "commands/command_families.hpp"
#include "event/byte_hash.hpp"
#include "io/boot.hpp"
#include "io/random.hpp"
#include "io/thread_start.hpp"

namespace sluice {
namespace {

// So little in one turn is one caller's request: it waits for the disk, and nobody else is there.
constexpr std::size_t alone_bytes_max = 16UL << 10;

// Once in a process: tables that are there must find what they hold.
void seed_hash_once() {
    static std::once_flag once;
    std::call_once(once, [] { seed_byte_hash(system_seed(), system_seed()); });
}

ServerIdentity identity_of(const DataFolder& folder, Clock& clock) {
    ServerIdentity identity;
    identity.data_directory = folder.path;
    identity.port = 0;
    identity.started_wall = clock.wall();
    identity.started = clock.mono();
    return identity;
}

}  // namespace

Result<std::unique_ptr<EngineHost>> EngineHost::open(EngineHostOptions options) {
    std::unique_ptr<EngineHost> host(new EngineHost(std::move(options)));
    SLUICE_TRY(host->start());
    return host;
}

Result<void> EngineHost::start() {
    if (!std::filesystem::exists(options_.folder)) SLUICE_TRY(make_data_folder(options_.folder));
    SLUICE_TRY_ASSIGN(folder_, open_data_folder(options_.folder, PosixFileSystem::Network::refuse));
    seed_hash_once();
    if (options_.engine.boot == 0) options_.engine.boot = boot_number();
    SLUICE_TRY_ASSIGN(engine_,
                      Engine::open(*folder_.files, options_.engine, clock_.wall(), clock_.mono()));
    if (options_.log) {
        for (const std::string& note : engine_->recovery_notes())
            options_.log(note);
    }
    options_.settings.protected_mode = false;  // who is in this process is in
    server_ = std::make_unique<Server>(*engine_, command_set(), options_.settings,
                                       identity_of(folder_, clock_),
                                       ServerHooks{.log = options_.log, .process_facts = {}});
    return start_threads("start the threads of an engine", [this] {
        journal_ = std::make_unique<JournalWork>(*engine_, [this] { wake(); });
        thread_ = std::thread([this] { run(); });
    });
}

EngineHost::~EngineHost() {
    if (!thread_.joinable()) return;
    SLUICE_CHECK(!is_on_thread(), "an engine is not closed on its own thread");
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

void EngineHost::post(std::move_only_function<void()> work) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    is_woken_ = true;
    changed_.notify_one();
}

void EngineHost::wake() {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
    changed_.notify_one();
}

// --- the thread

void EngineHost::run() {
    for (;;) {
        wait();
        take_turn();
        const std::lock_guard lock(mutex_);
        if (is_stopping_ && posted_.empty()) break;
    }
    journal_->finish();
    journal_.reset();
    ports_.clear();
    server_.reset();
    engine_.reset();
}

void EngineHost::wait() {
    constexpr Duration longest = Duration::from_seconds(60);
    const Duration left = has_more_ ? Duration{} : deadline() - clock_.mono();
    const std::chrono::microseconds time(
        std::clamp<std::int64_t>(left.microseconds, 0, longest.microseconds));
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return is_woken_ || is_stopping_; });
    is_woken_ = false;
}

MonoTime EngineHost::deadline() const {
    MonoTime first = std::min(server_->deadline(), engine_->deadline());
    for (const Lodger* lodger : lodgers_)
        first = std::min(first, lodger->deadline());
    return first;
}

void EngineHost::take_turn() {
    const MonoTime now = clock_.mono();
    has_more_ = false;
    server_->begin_turn(clock_.wall(), now);
    run_posted();
    for (Lodger* lodger : std::vector(lodgers_))
        lodger->begin_turn(now);
    feed_ports();
    write_journal(now);
    serve_ready();
    for (Lodger* lodger : std::vector(lodgers_))
        lodger->end_turn(now);
    std::erase_if(ports_, [](const auto& port) { return port->is_closed_; });
    has_more_ |= std::ranges::any_of(ports_, [](const auto& port) {
        return !port->waiting_.empty() && port->session_->wants_read();
    });
    server_->end_turn(clock_.mono());
}

void EngineHost::run_posted() {
    std::vector<std::move_only_function<void()>> posted;
    {
        const std::lock_guard lock(mutex_);
        posted.swap(posted_);
    }
    for (auto& work : posted)
        work();
}

void EngineHost::write_journal(MonoTime now) {
    journal_->bring_back();
    if (server_->deadline() <= now) server_->on_time();
    if (engine_->deadline() <= now) engine_->on_time();
    journal_->write(server_->awaited(), engine_->pending_bytes() <= alone_bytes_max);
    server_->on_journal_advanced();
    if (journal_->is_poisoned()) server_->drop_held();
}

// --- ports

Port& EngineHost::connect(PortUser& user) {
    Session& session = server_->open({.address = "in-process", .local_address = "in-process"});
    ports_.push_back(std::make_unique<Port>(session, user));
    session.shell_token = reinterpret_cast<std::uintptr_t>(ports_.back().get());
    return *ports_.back();
}

void EngineHost::close(Port& port) {
    if (port.is_closed_) return;
    port.is_closed_ = true;
    server_->close(*port.session_);
    has_more_ = true;
}

void EngineHost::feed_ports() {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        Port& port = *ports_[i];
        if (port.is_closed_ || port.waiting_.empty() || !port.session_->wants_read()) continue;
        const std::string_view part = port.waiting_.view().substr(0, Port::turn_bytes_max);
        port.session_->input().append(part);
        port.waiting_.consume(part.size());
        server_->on_input(*port.session_);
    }
}

void EngineHost::serve_ready() {
    while (Session* const session = server_->next_ready())
        serve(*reinterpret_cast<Port*>(session->shell_token));
}

void EngineHost::serve(Port& port) {
    while (!port.is_closed_ && !port.session_->output().empty()) {
        const std::string_view bytes = port.session_->output();
        const std::size_t size = bytes.size();
        port.user_->on_bytes(bytes);
        if (!port.is_closed_) server_->on_sent(*port.session_, size);
    }
    if (!port.is_closed_ && port.session_->is_over() && port.session_->wants_close()) end(port);
}

void EngineHost::end(Port& port) {
    close(port);
    port.user_->on_end();
}

}  // namespace sluice
