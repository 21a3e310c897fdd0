#include "server/session.hpp"

#include "server/blocked_command.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

constexpr std::size_t holds_kept = 16;
constexpr std::size_t buffer_bytes_kept = 2048;  // of an idle connection: docs/guarantees, P9

bool covers(const Dependency& reached, const Dependency& dependency) {
    return dependency.written <= reached.written && dependency.synced <= reached.synced;
}

}  // namespace

Session::Session(SessionId id, Peer peer, const RequestLimits& limits)
    : id_(id), peer_(std::move(peer)), parser_(limits) {}

Session::~Session() = default;

bool Session::wants_read() const {
    if (closing_ != Closing::no) return false;
    if (waiting_ == 0) return true;
    return (waiting_ & for_client) == 0 && input_.size() < input_bytes_waiting_max;
}

std::string_view Session::output() const {
    if (closing_ == Closing::now) return {};
    return output_.view().substr(0, output_released_ - output_begin_);
}

void Session::close_after_reply() {
    if (closing_ == Closing::no) closing_ = Closing::after_output;
}

std::size_t Session::memory_bytes() const {
    std::size_t bytes = sizeof(Session) + input_.capacity() + output_.capacity();
    bytes += parser_.memory_bytes() + holds_.capacity() * sizeof(Hold) + name.capacity();
    if (transaction != nullptr) bytes += transaction->queue.capacity();
    if (blocked != nullptr) bytes += blocked->bytes.capacity();
    return bytes;
}

void Session::hold_reply(const Dependency& dependency, const Dependency& reached) {
    Dependency all = dependency;
    all.include(extra_dependency_);
    extra_dependency_ = {};
    if (covers(reached, all)) {
        if (!has_holds() && (waiting_ & for_delay) == 0) output_released_ = output_end();
        return;
    }
    open_hold_.include(all);
    has_open_hold_ = true;
}

void Session::seal_hold() {
    if (has_open_hold_) {
        holds_.push_back({output_end(), open_hold_});
        open_hold_ = {};
        has_open_hold_ = false;
    } else if (!holds_.empty()) {
        // Replies that depend on nothing still wait for those before them.
        holds_.back().end = output_end();
    }
}

void Session::release(const Dependency& reached) {
    if ((waiting_ & for_delay) != 0) return;
    std::size_t released = 0;
    while (released < holds_.size() && covers(reached, holds_[released].dependency)) {
        output_released_ = holds_[released].end;
        ++released;
    }
    holds_.erase(holds_.begin(), holds_.begin() + static_cast<std::ptrdiff_t>(released));
    if (!has_holds()) output_released_ = output_end();
}

void Session::give_back_memory() {
    input_.shrink(buffer_bytes_kept);
    output_.shrink(buffer_bytes_kept);
    if (input_.empty()) parser_.shrink();
    if (holds_.empty() && holds_.capacity() > holds_kept) holds_ = {};
}

}  // namespace sluice
