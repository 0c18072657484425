DETACH anew
