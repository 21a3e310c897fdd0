// The stores that the suite runs against, each with what it stands on.
//
// To add one: a Place of its own, and a row in all_stores().
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace sluice::testing {

class Place {
  public:
    virtual ~Place() = default;
    virtual Store& store() = 0;
    // Another store on the same data, with limits of its own; one at a time.
    virtual Store& other(const StoreLimits& limits) = 0;
    // What the data stands on ends in good order and begins again: a restart.
    virtual void reopen() = 0;
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<Place>()> make;

    friend std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
        return out << kind.name;
    }
};
const std::vector<StoreKind>& all_stores();

}  // namespace sluice::testing
