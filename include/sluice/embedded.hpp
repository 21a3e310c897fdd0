// The whole bus inside a program: durable streams, leases, retries and dead letters, no server.
//
// Shape      Bus::open() a folder, publish() into it, consume() from it with the same handlers as
//            from a server. What is written is what `sluice serve` writes: the folder can be given
//            to a server, and back, not to both at a time.
// Promise    publish() answers when the event is on the disk (BusOptions::durability); after a
//            crash of the program everything that was answered is there, and events whose handlers
//            ran come again
// Errors     of open(): unavailable (another process has the folder), invalid (not a folder of
//            ours, or others may write to it), failed (the disk, a damaged folder); of publish():
//            invalid, unavailable (disk full), busy (a hard limit of the stream), indeterminate
// Threads    all calls on a Bus from any. It has two threads of its own. A RunningConsumer may
//            outlive its Bus: the folder is closed with the last of them.
// Needs      sluice::embedded of CMake, or sluice-embedded of pkg-config, in place of sluice
#pragma once

#include <sluice/connection.hpp>
#include <sluice/consumer.hpp>
#include <sluice/coroutine.hpp>

namespace sluice {

struct BusOptions {
    enum class Durability {
        disk,    // survives a power cut
        os,      // survives the end of this program, however it ends
        memory,  // survives an orderly end
    };
    Durability durability = Durability::disk;  // of streams that are made from now on
    std::chrono::milliseconds publish_wait_max{5'000};
    // What an operator should know: what recovery found. On a thread of the bus.
    std::function<void(std::string_view sentence)> on_log = {};
};

class Bus {
  public:
    // Makes the folder when it is not there; nobody else may read it.
    static Expected<Bus> open(std::string_view folder, const BusOptions& options = {});
    Bus(Bus&&) noexcept;
    Bus& operator=(Bus&&) noexcept;
    // What was published is on the disk then. Not in a handler.
    ~Bus();

    // As those of a Connection.
    Expected<std::string> publish(std::string_view stream, const FieldList& fields,
                                  const PublishOptions& options = {});
    Expected<std::vector<std::string>> publish_all(std::string_view stream,
                                                   const std::vector<FieldList>& events);
    Expected<void> create_group(std::string_view stream, std::string_view group,
                                GroupStart start = GroupStart::beginning);

  private:
    friend Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options,
                                             Handler handler);
    friend Expected<RunningConsumer> consume_async(Bus& bus, const ConsumerOptions& options,
                                                   AsyncHandler handler);
    struct State;
    explicit Bus(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

// ConsumerOptions::connect says nothing here.
Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options, Handler handler);
Expected<RunningConsumer> consume_async(Bus& bus, const ConsumerOptions& options,
                                        AsyncHandler handler);

template <SettlesLater Function>
Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options, Function handler) {
    return consume_async(bus, options, std::move(handler));
}

template <class Function>
    requires std::is_void_v<std::invoke_result_t<Function&, const Delivery&>>
Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options, Function handler) {
    return consume(bus, options, ack_after(std::move(handler)));
}

template <CoroutineHandler Function>
Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options, Function handler) {
    return consume_async(bus, options, in_coroutines(std::move(handler)));
}

}  // namespace sluice
