#include "client/dbus/error_name.h"

#include <gtest/gtest.h>

namespace chancery::client {
namespace {

TEST(ErrorName, IsTheReason) {
  EXPECT_EQ(error_name_of(denied("NO_ADMIN_RULE", "")), "org.chancery.Error.NO_ADMIN_RULE");
}

TEST(ErrorName, OfARefusalIsTheOneThatEveryClientKnows) {
  EXPECT_EQ(error_name_of(denied("POLKIT_REFUSED", "")), "org.freedesktop.DBus.Error.AccessDenied");
  EXPECT_EQ(error_name_of(denied("AUTHENTICATION_NEEDED", "")),
            "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired");
}

TEST(ErrorName, AReasonThatTheBusWouldNotTakeIsNotPassedOn) {
  for (const std::string& reason :
       {std::string(), std::string("9LIVES"), std::string("NO RULE"), std::string("NO.RULE"),
        std::string("no_rule"), std::string("NO\0RULE", 7), std::string(201, 'A')})
    EXPECT_EQ(error_name_of(internal(reason, "")), "org.chancery.Error.PEER_ERROR") << reason;
}

}  // namespace
}  // namespace chancery::client
