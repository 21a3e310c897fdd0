// Where events of the tenant bus lie: a stream of a tenant, or its dead letters, and the key of it.
//
// Shape      key := "t:" tenant ":events:" stream [":dlq"]
// Invariant  both names have passed check_name(): no ':', so a key has one reading, no stream is
//            the dead letters of another, and no name reaches into another tenant
// Promise    parse(key()) gives the address back; different addresses have different keys
// Errors     invalid; the message names tenant, stream or key and what is allowed
#pragma once

#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

class StreamAddress {
  public:
    static Result<StreamAddress> of(std::string_view tenant, std::string_view stream);
    // Reads a key; keys that are not the tenant bus's are errors.
    static Result<StreamAddress> parse(std::string_view key);

    const std::string& tenant() const { return tenant_; }
    const std::string& stream() const { return stream_; }
    bool is_dead_letters() const { return is_dead_letters_; }

    // The dead letters of the stream, and back; dead letters have none of their own.
    StreamAddress dead_letters() const;
    StreamAddress origin() const;
    std::string key() const;

    friend bool operator==(const StreamAddress&, const StreamAddress&) = default;

  private:
    StreamAddress() = default;

    std::string tenant_;
    std::string stream_;
    bool is_dead_letters_ = false;
};

}  // namespace sluice
