"""The models that can speak and judge, all behind one protocol (`base.ChatModel`)."""
