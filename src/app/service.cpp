#include "app/service.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "app/log.hpp"
#include "app/process.hpp"
#include "cli/version.hpp"
#include "commands/command_families.hpp"
#include "event/byte_hash.hpp"
#include "io/boot.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

EngineOptions engine_options(const ServeConfig& config) {
    EngineOptions options;
    options.durability = config.durability;
    options.segment_bytes = config.segment_bytes;
    options.tail_cache_bytes = config.tail_cache_bytes;
    options.checkpoint_bytes = config.checkpoint_bytes;
    options.reserve_bytes = config.reserve_bytes;
    options.flush_interval = config.flush_interval;
    options.boot = boot_number();
    return options;
}

ServerSettings server_settings(const ServeConfig& config) {
    ServerSettings settings;
    settings.password = config.password;
    // Clients of the TLS door have shown a certificate; the plain door is on this machine only.
    settings.protected_mode = !config.open_without_password && config.tls_client_ca.empty();
    settings.clients_max = config.clients_max;
    settings.idle_timeout_s = static_cast<std::uint64_t>(config.idle_timeout.ms() / 1000);
    settings.arguments_max = config.arguments_max;
    settings.argument_bytes_max = config.argument_bytes_max;
    settings.request_bytes_max = config.request_bytes_max;
    settings.output_bytes_max = config.output_bytes_max;
    settings.block_ms_max = static_cast<std::uint64_t>(config.block_max.ms());
    settings.stream_node_entries_max = config.stream_node_entries_max;
    settings.metric_names_max = config.metric_names_max;
    settings.debug_commands = config.debug_commands;
    return settings;
}

// 40 hexadecimal digits that no other run has.
std::string new_run_id() {
    std::string id;
    while (id.size() < 40) {
        std::array<char, 17> digits{};
        std::snprintf(digits.data(), digits.size(), "%016llx",
                      static_cast<unsigned long long>(system_seed()));
        id += digits.data();
    }
    id.resize(40);
    return id;
}

std::string executable_path() {
    std::array<char, 4096> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
    return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "sluice";
}

// What is wrong with a data folder, by what an operator must do about it.
std::unexpected<StartFailure> folder_failure(const Error& error) {
    ExitCode code = ExitCode::io;
    if (error.code == Errc::conflict) code = ExitCode::in_use;
    if (error.code == Errc::unsupported) code = ExitCode::newer_format;
    if (error.code == Errc::invalid) code = ExitCode::bad_config;
    return std::unexpected(StartFailure{code, error.message});
}

std::unexpected<StartFailure> door_failure(const Error& error) {
    const bool is_config = error.code == Errc::invalid;
    return std::unexpected(
        StartFailure{is_config ? ExitCode::bad_config : ExitCode::failed, error.message});
}

}  // namespace

Service::Service(ServeConfig config) : config_(std::move(config)), router_(health_routes()) {
    state_.count_files = count_open_files;
}

// The doors close their connections, which the server must outlive.
Service::~Service() {
    signals_.reset();
    turn_.reset();
    http_.reset();
    resp_.reset();
    server_.reset();
    engine_.reset();
}

std::expected<std::unique_ptr<Service>, StartFailure> Service::open(ServeConfig config) {
    std::unique_ptr<Service> service(new Service(std::move(config)));
    for (const auto step : {&Service::take_folder, &Service::take_addresses, &Service::open_store,
                            &Service::open_server, &Service::open_doors}) {
        if (auto done = ((*service).*step)(); !done) return std::unexpected(done.error());
    }
    return service;
}

// Only a folder that is there can have an owner; a new one is made when the ports are ours.
Service::Step Service::take_folder() {
    if (!std::filesystem::exists(config_.data)) return {};
    const auto network = config_.force_network_fs ? PosixFileSystem::Network::accept
                                                  : PosixFileSystem::Network::refuse;
    auto folder = open_data_folder(config_.data, network);
    if (!folder) return folder_failure(folder.error());
    folder_ = std::move(*folder);
    if (!folder_.warning.empty()) log_event(LogLevel::warning, folder_.warning);
    return {};
}

Service::Step Service::take_addresses() {
    auto bound = bind_doors(config_);
    if (!bound) return door_failure(bound.error());
    bound_ = std::move(*bound);
    resp_address_ = bound_.resp.address;
    http_address_ = bound_.http.address;
    return {};
}

Service::Step Service::open_store() {
    if (folder_.files == nullptr) {
        if (auto made = make_data_folder(config_.data); !made) return folder_failure(made.error());
        if (auto taken = take_folder(); !taken) return taken;
    }
    seed_byte_hash(system_seed(), system_seed());
    auto engine = open_engine();
    if (!engine) return folder_failure(engine.error());
    engine_ = std::move(*engine);
    return {};
}

Result<std::unique_ptr<Engine>> Service::open_engine() {
    SLUICE_TRY_ASSIGN(auto engine, Engine::open(*folder_.files, engine_options(config_),
                                                clock_.wall(), clock_.mono()));
    for (const std::string& note : engine->recovery_notes())
        log_event(LogLevel::warning, note);
    return engine;
}

ServerIdentity Service::identity() {
    ServerIdentity identity;
    identity.version = version_text;
    identity.run_id = new_run_id();
    identity.executable = executable_path();
    identity.data_directory = folder_.path;
    identity.process_id = getpid();
    identity.port = resp_address_.port;
    identity.started_wall = clock_.wall();
    identity.started = clock_.mono();
    return identity;
}

Service::Step Service::open_server() {
    auto loop = EventLoop::open(clock_, config_.busy_poll);
    if (!loop) return door_failure(loop.error());
    loop_ = std::move(*loop);
    auto signals = Signals::open(*loop_, [this](int signal) { on_signal(signal); });
    if (!signals) return door_failure(signals.error());
    signals_ = std::move(*signals);
    ServerHooks hooks{
        .log = [](std::string_view sentence) { log_event(LogLevel::warning, sentence); },
        .process_facts = measure_process};
    server_ = std::make_unique<Server>(*engine_, command_set(), server_settings(config_),
                                       identity(), std::move(hooks));
    resp_ = std::make_unique<RespDoor>(*loop_, *server_);
    http_ = std::make_unique<HttpDoor>(
        *loop_, [this](const HttpRequest& request) { return answer(request); });
    turn_ = std::make_unique<EngineTurn>(
        EngineTurn::Parts{clock_, *loop_, *server_, *resp_, *http_, state_}, engine_,
        [this] { return open_engine(); });
    return {};
}

Service::Step Service::open_doors() {
    Result<void> listening = resp_->listen(std::move(bound_.resp));
    if (listening) listening = http_->listen(std::move(bound_.http));
    if (listening && bound_.resp_unix) listening = resp_->listen(std::move(*bound_.resp_unix));
    if (listening && bound_.resp_tls) {
        log_event(LogLevel::info, "TLS on " + bound_.resp_tls->address.text());
        listening = resp_->listen_tls(std::move(*bound_.resp_tls), std::move(bound_.tls));
    }
    if (!listening) return door_failure(listening.error());
    return {};
}

std::string Service::ready_line() const {
    return "ready resp=" + resp_address_.text() + " http=" + http_address_.text() +
           " data=" + folder_.path;
}

HttpResponse Service::answer(const HttpRequest& request) {
    ++state_.http_requests;
    state_.accept_pauses = resp_->accept_pauses();
    state_.http_connections = http_->connection_count();
    return router_.handle(*server_, state_, request);
}

ExitCode Service::run() {
    loop_->run(*turn_);
    const bool is_synced = turn_->finish_journal();
    log_event(is_synced ? LogLevel::info : LogLevel::error,
              is_synced ? "stopped; everything is on the disk"
                        : "stopped, but not everything is on the disk: the newest changes could "
                          "not be written and are lost, unless the system still writes them");
    return is_synced ? ExitCode::done : ExitCode::io;
}

void Service::on_signal(int signal) {
    if (signal == SIGHUP) {
        reload_tls();
        return;
    }
    if (state_.is_stopping) {
        log_event(LogLevel::warning, "second signal: ending at once");
        std::_Exit(128 + signal);
    }
    begin_stop();
}

void Service::reload_tls() {
    if (!config_.resp_tls) return;
    auto tls = open_tls(config_);
    if (!tls) return log_event(LogLevel::error, tls.error().message + "; the old one stays");
    resp_->replace_tls(std::move(*tls));
    log_event(LogLevel::info, "read the TLS certificate again");
}

void Service::begin_stop() {
    log_event(LogLevel::info, "stopping: no new connections, finishing what was begun");
    state_.is_stopping = true;
    stop_deadline_ = loop_->now() + stop_time;
    resp_->stop_accepting();
    http_->stop_accepting();
    stop_when_answered();
}

// Looks again until every answer that is owed has left, or time is up.
void Service::stop_when_answered() {
    constexpr Duration look_again = Duration::from_ms(20);
    const bool owes = resp_->unsent_count() + http_->unsent_count() > 0;
    if (owes && loop_->now() < stop_deadline_) {
        loop_->at(loop_->now() + look_again, [this] { stop_when_answered(); });
        return;
    }
    loop_->stop();
}

}  // namespace sluice
