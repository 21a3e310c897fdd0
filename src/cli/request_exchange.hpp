// One request and its replies over one connection, for `sluice request`.
//
// Shape      send() once, then next() until it gives an ending
// Promise    a reply is deleted when next() gave it; a reply to another request stays
// Errors     those of the client; invalid or limit (the request cannot be written)
// Threads    one
// Source     docs/protocol/request_reply.md
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "cli/entry_text.hpp"
#include "event/time.hpp"
#include "net/client.hpp"
#include "requests/pending_requests.hpp"
#include "requests/request_message.hpp"

namespace sluice {

class RequestExchange {
  public:
    RequestExchange(Client client, std::string stream, RequestMessage request)
        : client_(std::move(client)), stream_(std::move(stream)), request_(std::move(request)) {}

    Result<void> send(WallTime wall, MonoTime mono);
    Result<void> cancel(WallTime wall);
    // A progress or the final reply; nothing after half a second without. Without any until two
    // seconds after the deadline it is over.
    Result<std::optional<ReplyMessage>> next(MonoTime now);
    bool is_over() const { return pending_.size() == 0; }
    // The reply stream goes when it is empty: nobody else is called so.
    Result<void> clean_up();

    const RequestMessage& request() const { return request_; }

  private:
    Result<void> add(const std::string& stream, const Fields& fields,
                     std::initializer_list<std::string_view> options);

    Client client_;
    std::string stream_;
    RequestMessage request_;
    PendingRequests pending_;
    std::string last_ = "0";
    std::deque<StreamEntry> entries_;
};

}  // namespace sluice
