// The two servers that tests compare: Debian's redis-server, and our own program.
//
// Promise    a started server answers PING; it listens on a free port or a unix socket in a
//            temporary folder, and ends with the object
// Errors     not_found (no such program), closed (it ended at once; the message says what it said)
#pragma once

#include <string>
#include <vector>

#include "event/result.hpp"
#include "net/address.hpp"
#include "process/child_process.hpp"
#include "process/temporary_folder.hpp"

namespace sluice::testing {

// Without persistence, on a unix socket. Further options as on its command line.
class RedisServer {
  public:
    static Result<RedisServer> start(const std::vector<std::string>& options = {});
    const Address& address() const { return address_; }
    ChildProcess& process() { return process_; }

  private:
    RedisServer(std::unique_ptr<TemporaryFolder> folder, ChildProcess process, Address address)
        : folder_(std::move(folder)), process_(std::move(process)), address_(std::move(address)) {}

    std::unique_ptr<TemporaryFolder> folder_;
    ChildProcess process_;
    Address address_;
};

// `sluice serve` on this data folder, with RESP and HTTP on free ports of 127.0.0.1, unless told
// otherwise.
class SluiceServer {
  public:
    struct Options {
        std::string program;
        std::string data;
        std::string durability = "disk";
        std::vector<std::string> flags;        // further ones
        std::vector<std::string> wrapper;      // a program in front: strace and its flags
        std::vector<std::string> environment;  // NAME=value
        Duration start_wait_max = Duration::from_seconds(60);
        std::string resp = "127.0.0.1:0";
    };
    static Result<SluiceServer> start(const Options& options);
    const Address& address() const { return address_; }
    const std::string& http() const { return http_; }
    ChildProcess& process() { return process_; }

  private:
    SluiceServer(ChildProcess process, Address address, std::string http)
        : process_(std::move(process)), address_(std::move(address)), http_(std::move(http)) {}

    ChildProcess process_;
    Address address_;
    std::string http_;
};

}  // namespace sluice::testing
