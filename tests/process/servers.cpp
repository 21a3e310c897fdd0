#include "process/servers.hpp"

#include <utility>

#include "io/clock.hpp"
#include "net/client.hpp"

namespace sluice::testing {

namespace {

constexpr Duration start_wait_max = Duration::from_seconds(20);

// The word behind "name=" in the line that a started server prints.
std::string value_in(const std::string& line, const std::string& name) {
    const std::size_t at = line.find(" " + name + "=");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 2;
    return line.substr(begin, line.find(' ', begin) - begin);
}

}  // namespace

Result<RedisServer> RedisServer::start(const std::vector<std::string>& options) {
    auto folder = std::make_unique<TemporaryFolder>("redis");
    Address address;
    address.unix_path = folder->file("redis.sock");
    std::vector<std::string> command = {"redis-server",
                                        "--port",
                                        "0",
                                        "--unixsocket",
                                        address.unix_path,
                                        "--save",
                                        "",
                                        "--appendonly",
                                        "no",
                                        "--dir",
                                        folder->path().string(),
                                        "--stream-node-max-bytes",
                                        "0",
                                        "--enable-debug-command",
                                        "yes"};
    command.insert(command.end(), options.begin(), options.end());
    SLUICE_TRY_ASSIGN(auto process, ChildProcess::spawn(command));
    const MonoTime deadline = SystemClock().mono() + start_wait_max;
    for (;;) {
        const bool has_ended = process.wait(Duration::from_ms(5)).has_value();
        if (Client::connect(address).has_value()) break;
        if (has_ended) {
            return Error{Errc::not_found,
                         "redis-server did not start; it is Debian's package "
                         "redis-server: " +
                             process.output()};
        }
        if (SystemClock().mono() > deadline) return Error{Errc::timeout, "start redis-server"};
    }
    return RedisServer(std::move(folder), std::move(process), std::move(address));
}

Result<SluiceServer> SluiceServer::start(const Options& options) {
    std::vector<std::string> command = options.wrapper;
    for (const std::string& word :
         {options.program, std::string("serve"), std::string("--data"), options.data,
          std::string("--resp"), options.resp, std::string("--http"), std::string("127.0.0.1:0"),
          std::string("--durability"), options.durability}) {
        command.push_back(word);
    }
    command.insert(command.end(), options.flags.begin(), options.flags.end());
    ChildProcess::Options child{.environment = options.environment,
                                .own_group = !options.wrapper.empty()};
    SLUICE_TRY_ASSIGN(auto process, ChildProcess::spawn(command, child));
    SLUICE_TRY_ASSIGN(const auto line, process.wait_for_line("ready ", options.start_wait_max));
    SLUICE_TRY_ASSIGN(auto address, Address::parse(value_in(line, "resp")));
    return SluiceServer(std::move(process), std::move(address), value_in(line, "http"));
}

}  // namespace sluice::testing
