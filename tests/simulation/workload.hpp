// Random commands that mean something: keys and ids that exist, and now and then ones that do not.
//
// Promise    the same random numbers and the same model give the same commands, which are all in
//            the part of the protocol that the model knows
#pragma once

#include <string>
#include <vector>

#include "io/random.hpp"
#include "simulation/model.hpp"

namespace sluice::testing {

class Workload {
  public:
    struct Shape {
        std::size_t large_body_max = 8192;  // one body in eight is up to this large
        bool expires = true;                // PX and PEXPIRE
        bool flushes = true;                // FLUSHDB, rarely
    };
    Workload(Random& random, const Shape& shape) : random_(random), shape_(shape) {}

    Arguments next(const Model& model);

  private:
    Arguments string_command();
    Arguments hash_command();
    Arguments sorted_set_command();
    Arguments generic_command();
    Arguments stream_command(const Model& model);
    Arguments add_command(const Model& model);
    Arguments group_read_command(const Model& model);
    Arguments pending_command(const Model& model);
    Arguments group_command();

    std::string key(char type);
    std::string any_key();
    std::string body();
    std::string number(std::uint64_t bound) { return std::to_string(random_.below(bound)); }
    std::string field() { return "f" + number(5); }
    std::string group() { return "g" + number(3); }
    std::string consumer() { return "c" + number(3); }
    // The id of an entry or a pending entry of this stream, or one that is neither.
    std::string id_in(const Model& model, const std::string& stream);
    std::string pending_id(const Model& model, const std::string& stream, const std::string& group);

    Random& random_;
    Shape shape_;
};

}  // namespace sluice::testing
