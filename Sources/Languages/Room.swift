// The room Languages.
