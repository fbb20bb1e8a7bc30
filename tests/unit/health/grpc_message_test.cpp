// SPDX-License-Identifier: Apache-2.0
#include "health/grpc_message.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::health;

namespace {

template <std::size_t Size>
std::string bytes(const char (&literal)[Size]) {
    return {literal, Size - 1};
}

} // namespace

TEST_CASE("a request to the health service is the name of the service, in protobuf, in gRPC's frame") {
    CHECK(health_request("") == bytes("\0\0\0\0\0"));
    CHECK(health_request("shop.Cart") == bytes("\0\0\0\0\x0b\x0a\x09shop.Cart"));
    const std::string name(300, 'x');
    CHECK(health_request(name) == bytes("\0\0\0\x01\x2f\x0a\xac\x02") + name);
}

TEST_CASE("the health service's answer is read") {
    CHECK(serving_status(bytes("\0\0\0\0\x02\x08\x01")) == Serving::serving);
    CHECK(serving_status(bytes("\0\0\0\0\x02\x08\x02")) == Serving::not_serving);
    CHECK(serving_status(bytes("\0\0\0\0\x02\x08\x03")) == Serving::service_unknown);
    CHECK(serving_status(bytes("\0\0\0\0\0")) == Serving::unknown); // the default is left out
    CHECK(name_of(Serving::not_serving) == "NOT_SERVING");
    CHECK(name_of(*serving_status(bytes("\0\0\0\0\x03\x08\xac\x02"))) == "300");
}

TEST_CASE("fields that the health service may have one day are passed over, and of two the last counts") {
    CHECK(serving_status(bytes("\0\0\0\0\x05\x12\x01x\x08\x01")) == Serving::serving);
    CHECK(serving_status(bytes("\0\0\0\0\x0b\x19\x01\x02\x03\x04\x05\x06\x07\x08\x08\x01")) == Serving::serving);
    CHECK(serving_status(bytes("\0\0\0\0\x07\x1d\x01\x02\x03\x04\x08\x01")) == Serving::serving);
    CHECK(serving_status(bytes("\0\0\0\0\x04\x10\x07\x08\x01")) == Serving::serving);
    CHECK(serving_status(bytes("\0\0\0\0\x04\x08\x01\x08\x02")) == Serving::not_serving);
}

TEST_CASE("what is no answer of the health service is none") {
    for (const std::string& content : {
             bytes(""), bytes("\0\0\0\0"),
             bytes("\0\0\0\0\x02\x08"),                                             // cut off
             bytes("\x01\0\0\0\x02\x08\x01"),                                       // compressed
             bytes("\0\0\0\0\x01\x08"),                                             // a field without a value
             bytes("\0\0\0\0\x02\x12\x05"),                                         // longer than it is
             bytes("\0\0\0\0\x02\x1d\x01"),                                         // half of four bytes
             bytes("\0\0\0\0\x01\x0b"),                                             // a group
             bytes("\0\0\0\0\x0c\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), // no number of 64 bits
             bytes("\0\0\0\0\x0c\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x08"), // longer than all
             bytes("\0\xff\xff\xff\xff\x08\x01"),                                   // 4 GB
         })
        CHECK_FALSE(serving_status(content));
}
