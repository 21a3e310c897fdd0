#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>

#include "conformance/store/place.hpp"
#include "embedded/engine_store.hpp"
#include "process/servers.hpp"
#include "remote_store/remote_store.hpp"

namespace sluice::testing {
namespace {

// A server of its own on this machine, spoken to through sockets.
class RemotePlace final : public Place {
  public:
    RemotePlace() {
        start("127.0.0.1:0");
        store_ = connect({});
    }
    Store& store() override { return *store_; }
    Store& other(const StoreLimits& limits) override {
        other_ = connect(limits);
        return *other_;
    }
    // The connections are lost; the store makes new ones when somebody asks.
    void reopen() override {
        const std::string address = server_->address().text();
        server_->process().signal(SIGTERM);
        EXPECT_EQ(server_->process().wait(Duration::from_seconds(20)), 0);
        server_.reset();
        start(address);
    }

  private:
    void start(const std::string& resp) {
        // Under ThreadSanitizer it is the store that is looked at: any server will do.
        const char* const program = std::getenv("SLUICE_BINARY");
        SluiceServer::Options options;
        options.program = program == nullptr ? SLUICE_PROGRAM : program;
        options.data = folder_.file("data");
        options.resp = resp;
        auto started = SluiceServer::start(options);
        SLUICE_CHECK(started.has_value(), started ? "" : started.error().message);
        server_.emplace(std::move(*started));
    }
    std::unique_ptr<Store> connect(const StoreLimits& limits) const {
        auto opened = RemoteStore::open({.address = server_->address(), .limits = limits});
        SLUICE_CHECK(opened.has_value(), "a store that touches no network");
        return std::move(*opened);
    }

    TemporaryFolder folder_{"store-conformance"};
    std::optional<SluiceServer> server_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Store> other_;
};

// The engine in this process.
class EnginePlace final : public Place {
  public:
    EnginePlace() { start(); }
    Store& store() override { return *store_; }
    Store& other(const StoreLimits& limits) override {
        other_ = EngineStore::open(host_, limits);
        return *other_;
    }
    void reopen() override {
        store_.reset();
        other_.reset();
        host_.reset();
        start();
    }

  private:
    void start() {
        auto opened = EngineHost::open({.folder = folder_.file("data")});
        SLUICE_CHECK(opened.has_value(), opened ? "" : opened.error().message);
        host_ = std::move(*opened);
        store_ = EngineStore::open(host_);
    }

    TemporaryFolder folder_{"store-conformance"};
    std::shared_ptr<EngineHost> host_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Store> other_;
};

}  // namespace

const std::vector<StoreKind>& all_stores() {
    static const std::vector<StoreKind> kinds = {
        {"engine", [] { return std::make_unique<EnginePlace>(); }},
        {"remote", [] { return std::make_unique<RemotePlace>(); }},
    };
    return kinds;
}

}  // namespace sluice::testing
