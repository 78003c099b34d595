[my name] = [Dim] + Default.Error(1)!key + x.End.[b c]
